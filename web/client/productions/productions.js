/** Tab Productions of the sidebar: the list, one production, or the form for a new one. */

import { element, useStyleSheet } from "../element.js";
import { showProblem } from "../parts/problem.js";
import { callRoute, RouteError } from "../requests.js";
import { words } from "../words.js";
import { noneYet } from "./none_yet.js";
import { takeDroppedFiles } from "./ordering/drop_target.js";
import { OrderForm } from "./ordering/order_form.js";
import { ProductionDetail } from "./production_detail.js";
import { Row } from "./row.js";

/**
 * @import { ListedProduction, ProductionEvent } from "./production.js"
 * @import { OrderStart } from "./ordering/order_form.js"
 */

for (const sheet of ["../parts/parts.css", "../parts/lists.css", "./productions.css"]) {
  useStyleSheet(new URL(sheet, import.meta.url).href);
}

// Milliseconds between two requests: other ComfyUI processes work on productions too, and their
// events don't reach this page.
const PAUSE = 5000;
const SOON = 250; // milliseconds; several events in a row cause one request
const UNFINISHED = ["queued", "running", "waiting"];

/** View of all productions, of one of them with its phases and attempts, or of the order form. */
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
    this.ordering = false; // true while the form is displayed
    this.new = element("button", "anime-action", `+ ${words("ordering.title")}`);
    this.new.type = "button";
    this.new.addEventListener("click", () => this.order());
    const drop = element("span", "anime-quiet", words("ordering.or_drop"));
    this.head = element("div", "anime-productions-head", this.new, drop);
    this.none = noneYet({ show: (id) => this.show(id), order: () => this.order() });
    this.list = element("ul", "anime-production-list");
    this.list.setAttribute("aria-label", words("panel.productions"));
    this.more = element("button", "anime-action", words("productions.more"));
    this.more.type = "button";
    this.more.addEventListener("click", () => this.#more());
    this.all = element("div", "", this.head, this.none, this.list, this.more);
    this.detail = new ProductionDetail(navigation, () => this.show());
    const ordered = (/** @type {string} */ id) => {
      this.form = this.#newForm(ordered); // the next order begins empty
      this.show(id);
    };
    this.form = this.#newForm(ordered);
    this.place = element("div", "", this.form.root);
    this.root = element("div", "anime-productions", this.problem, this.all, this.detail.root);
    this.root.append(this.place);
    takeDroppedFiles(this.root, (file) => this.take(file));
    this.#display();
  }

  /**
   * Display a production, or the list.
   *
   * @param {string} [id] of the production; the list is displayed without it
   */
  show(id = "") {
    const [before, wasOrdering] = [this.id, this.ordering];
    if (id !== before) this.detail.clear();
    this.id = id;
    this.ordering = false;
    this.problem.hidden = true;
    this.#display();
    this.#load();
    this.root.parentElement?.scrollTo(0, 0);
    if (id) this.detail.focus();
    else if (wasOrdering) (this.head.hidden ? this.none.querySelector("button") : this.new)?.focus();
    else this.rows.get(before)?.root.focus();
  }

  /**
   * Display the form for a new production.
   *
   * @param {OrderStart} [start] without it, what was written before is still there
   */
  order(start) {
    this.id = "";
    this.ordering = true;
    this.problem.hidden = true;
    this.place.replaceChildren(this.form.root);
    this.#display();
    this.root.parentElement?.scrollTo(0, 0);
    return this.form.show(start);
  }

  /**
   * Begin a production with a picture or a clip that was dropped.
   *
   * @param {File} file
   */
  take(file) {
    if (this.ordering) return this.form.take(file);
    return this.order({ file, makes: file.type.startsWith("video/") ? "clip" : "loop" });
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

  /** @param {(id: string) => void} onOrdered */
  #newForm(onOrdered) {
    return new OrderForm(onOrdered, () => this.show());
  }

  #display() {
    this.all.hidden = Boolean(this.id) || this.ordering;
    this.detail.root.hidden = !this.id;
    this.place.hidden = !this.ordering;
    const empty = this.rows.size === 0;
    this.head.hidden = empty;
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
