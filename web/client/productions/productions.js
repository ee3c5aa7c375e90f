import { element, useStyleSheet } from "../element.js";
import { showProblem } from "../parts/problem.js";
import { ask, RouteError } from "../requests.js";
import { words } from "../words.js";
import { OneProduction } from "./one.js";
import { Row } from "./row.js";

/** @import { ListedProduction, ProductionEvent } from "./production.js" */

for (const sheet of ["../parts/parts.css", "../parts/lists.css", "./productions.css"]) {
  useStyleSheet(new URL(sheet, import.meta.url).href);
}

const PAUSE = 5000; // ms: other ComfyUIs work at productions too, and tell nobody here
const SOON = 250; // ms: events come in bunches
const UNFINISHED = ["queued", "running", "waiting"];

/** The productions, and one of them with its phases and attempts. */
export class Productions {
  /** @param {{openJob(id: string): void}} go */
  constructor(go) {
    this.id = "";
    /** @type {Map<string, Row>} */
    this.rows = new Map();
    /** @type {string | null} */
    this.next = null;
    this.loaded = false;
    /** @type {AbortController | null} */
    this.asking = null;
    this.timer = 0;
    this.problem = element("div", "anime-notice");
    this.problem.setAttribute("role", "alert");
    this.problem.hidden = true;
    this.none = element(
      "div",
      "anime-nothing",
      element("strong", "", words("productions.none")),
      element("p", "", words("productions.none_do")),
    );
    this.list = element("ul", "anime-production-list");
    this.list.setAttribute("aria-label", words("panel.productions"));
    this.more = element("button", "anime-action", words("productions.more"));
    this.more.type = "button";
    this.more.addEventListener("click", () => this.#more());
    this.all = element("div", "", this.none, this.list, this.more);
    this.one = new OneProduction(go, () => this.show());
    this.root = element("div", "anime-productions", this.problem, this.all, this.one.root);
    this.#display();
  }

  /** @param {string} [id] of the one to show; else all */
  show(id = "") {
    const before = this.id;
    if (id !== before) this.one.clear();
    this.id = id;
    this.problem.hidden = true;
    this.#display();
    this.#load();
    this.root.parentElement?.scrollTo(0, 0);
    if (id) this.one.focus();
    else this.rows.get(before)?.root.focus();
  }

  /** It is looked at again. */
  shown() {
    this.#load();
  }

  resync() {
    this.#load();
  }

  /** @param {ProductionEvent} event */
  told(event) {
    const row = this.rows.get(event.id);
    if (row) row.told(event);
    if (this.id === event.id) this.one.told(event);
    if (this.id === event.id || (!this.id && !UNFINISHED.includes(event.state)) || !row) {
      this.#later(SOON);
    }
  }

  #display() {
    this.all.hidden = Boolean(this.id);
    this.one.root.hidden = !this.id;
    const empty = this.rows.size === 0;
    this.none.hidden = !empty || this.next !== null || !this.problem.hidden || !this.loaded;
    this.list.hidden = empty;
    this.more.hidden = this.next === null;
  }

  async #load() {
    clearTimeout(this.timer);
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    const { signal } = asking;
    try {
      if (this.id) {
        this.one.fill(await ask(`/anime/productions/${encodeURIComponent(this.id)}`, { signal }));
      } else {
        const { productions, next } = await ask("/anime/productions", { signal });
        this.#fill(productions, next);
      }
      this.problem.hidden = true;
    } catch (error) {
      if (signal.aborted) return;
      showProblem(this.problem, error);
      if (error instanceof RouteError && error.status === 404) this.one.clear();
    }
    this.#display();
    this.#later(PAUSE);
  }

  /** @param {number} pause */
  #later(pause) {
    clearTimeout(this.timer);
    // Nobody looks: `shown` goes on.
    this.timer = setTimeout(() => this.root.isConnected && this.#load(), pause);
  }

  /**
   * The newest; those that were asked for further on stay.
   *
   * @param {ListedProduction[]} productions
   * @param {string | null} next
   */
  #fill(productions, next) {
    const further = this.rows.size > productions.length && this.loaded;
    if (!further) this.next = next;
    this.loaded = true;
    const before = [...this.list.children];
    const rows = productions.map((each) => this.#row(each).place);
    const rest = further ? before.filter((each) => !rows.includes(/** @type {any} */ (each))) : [];
    const wanted = [...rows, ...rest];
    if (wanted.some((each, place) => each !== before[place])) this.list.replaceChildren(...wanted);
  }

  async #more() {
    try {
      const cursor = encodeURIComponent(this.next ?? "");
      const { productions, next } = await ask(`/anime/productions?cursor=${cursor}`);
      this.next = next;
      for (const each of productions) this.list.append(this.#row(each).place);
    } catch (error) {
      showProblem(this.problem, error);
    }
    this.#display();
  }

  /** @param {ListedProduction} production */
  #row(production) {
    let row = this.rows.get(production.id);
    if (!row) {
      row = new Row(() => this.show(production.id));
      this.rows.set(production.id, row);
    }
    row.fill(production);
    return row;
  }
}
