/** Tab Productions of the sidebar: the list of productions, and the detail of one of them. */

import { element, useStyleSheet } from "../element.js";
import { showProblem } from "../parts/problem.js";
import { callRoute, RouteError } from "../requests.js";
import { words } from "../words.js";
import { noneYet } from "./none_yet.js";
import { ProductionDetail } from "./production_detail.js";
import { Row } from "./row.js";

/** @import { ListedProduction, ProductionEvent } from "./production.js" */

for (const sheet of ["../parts/parts.css", "../parts/lists.css", "./productions.css"]) {
  useStyleSheet(new URL(sheet, import.meta.url).href);
}

// Milliseconds between two requests: other ComfyUI processes work on productions too, and their
// events don't reach this page.
const PAUSE = 5000;
const SOON = 250; // milliseconds; several events in a row cause one request
const UNFINISHED = ["queued", "running", "waiting"];

/** View of all productions, or of one of them with its phases and attempts. */
export class Productions {
  /** @param {{openJob(id: string): void}} navigation */
  constructor(navigation) {
    this.id = "";
    /** @type {Map<string, Row>} */
    this.rows = new Map();
    /** @type {string | null} */
    this.next = null;
    this.loaded = false;
    /** @type {AbortController | null} */
    this.request = null;
    this.timer = 0;
    this.problem = element("div", "anime-notice");
    this.problem.setAttribute("role", "alert");
    this.problem.hidden = true;
    this.none = noneYet((id) => this.show(id));
    this.list = element("ul", "anime-production-list");
    this.list.setAttribute("aria-label", words("panel.productions"));
    this.more = element("button", "anime-action", words("productions.more"));
    this.more.type = "button";
    this.more.addEventListener("click", () => this.#more());
    this.all = element("div", "", this.none, this.list, this.more);
    this.detail = new ProductionDetail(navigation, () => this.show());
    this.root = element("div", "anime-productions", this.problem, this.all, this.detail.root);
    this.#display();
  }

  /**
   * Display a production, or the list.
   *
   * @param {string} [id] of the production; the list is displayed without it
   */
  show(id = "") {
    const before = this.id;
    if (id !== before) this.detail.clear();
    this.id = id;
    this.problem.hidden = true;
    this.#display();
    this.#load();
    this.root.parentElement?.scrollTo(0, 0);
    if (id) this.detail.focus();
    else this.rows.get(before)?.root.focus();
  }

  /** Load again, because the tab is opened. */
  activate() {
    this.#load();
  }

  resync() {
    this.#load();
  }

  /**
   * Apply an event of a production.
   *
   * @param {ProductionEvent} event
   */
  handleEvent(event) {
    const row = this.rows.get(event.id);
    if (row) row.handleEvent(event);
    if (this.id === event.id) this.detail.handleEvent(event);
    if (this.id === event.id || (!this.id && !UNFINISHED.includes(event.state)) || !row) {
      this.#later(SOON);
    }
  }

  #display() {
    this.all.hidden = Boolean(this.id);
    this.detail.root.hidden = !this.id;
    const empty = this.rows.size === 0;
    this.none.hidden = !empty || this.next !== null || !this.problem.hidden || !this.loaded;
    this.list.hidden = empty;
    this.more.hidden = this.next === null;
  }

  async #load() {
    clearTimeout(this.timer);
    this.request?.abort();
    const request = new AbortController();
    this.request = request;
    const { signal } = request;
    try {
      if (this.id) {
        const route = `/anime/productions/${encodeURIComponent(this.id)}`;
        this.detail.fill(await callRoute(route, { signal }));
      } else {
        const { productions, next } = await callRoute("/anime/productions", { signal });
        this.#fill(productions, next);
      }
      this.problem.hidden = true;
    } catch (error) {
      if (signal.aborted) return;
      showProblem(this.problem, error);
      if (error instanceof RouteError && error.status === 404) this.detail.clear();
    }
    this.#display();
    this.#later(PAUSE);
  }

  /** @param {number} pause */
  #later(pause) {
    clearTimeout(this.timer);
    // A hidden view stops loading; `activate` starts it again.
    this.timer = setTimeout(() => this.root.isConnected && this.#load(), pause);
  }

  /**
   * Fill the list with the newest productions. Older ones that were loaded before stay below them.
   *
   * @param {ListedProduction[]} productions
   * @param {string | null} next
   */
  #fill(productions, next) {
    const hasOlder = this.rows.size > productions.length && this.loaded;
    if (!hasOlder) this.next = next;
    this.loaded = true;
    const before = [...this.list.children];
    const newest = productions.map((each) => this.#row(each).item);
    const older = hasOlder
      ? before.filter((each) => !newest.includes(/** @type {any} */ (each)))
      : [];
    const items = [...newest, ...older];
    if (items.some((item, index) => item !== before[index])) this.list.replaceChildren(...items);
  }

  async #more() {
    try {
      const cursor = encodeURIComponent(this.next ?? "");
      const { productions, next } = await callRoute(`/anime/productions?cursor=${cursor}`);
      this.next = next;
      for (const production of productions) this.list.append(this.#row(production).item);
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
