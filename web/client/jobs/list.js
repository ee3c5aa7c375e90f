import { element } from "../element.js";
import { words } from "../words.js";
import { PictureQueue } from "./picture_queue.js";
import { Row } from "./row.js";

/** @import { ListedJob } from "./job.js" */

export const ROW_HEIGHT = 72; // as panel.css has it
const BEYOND = 6; // rows kept ready above and below what is seen
const NEAR_THE_END = 40; // rows before the last one at which the next page is asked for
const STILL = 120; // milliseconds without scrolling

/**
 * All loaded jobs as a list box of which only the rows in sight exist: they are filled anew as it
 * scrolls.
 */
export class JobList {
  /** @type {Row[]} */
  #rows = [];
  #pictures = new PictureQueue();
  /** @type {ListedJob[]} */
  #jobs = [];
  /** @type {ListedJob | null} */
  #active = null;
  /** @type {ListedJob | undefined} the first one in sight */
  #first;
  #complete = true;
  #scrollTop = 0;
  #height = 0;
  #frame = 0;
  #still = 0;

  /** @param {{open(job: ListedJob): void, more(): void}} actions */
  constructor({ open, more }) {
    this.open = open;
    this.more = more;
    this.space = element("div", "anime-rows");
    this.space.setAttribute("role", "presentation");
    this.root = element("div", "anime-list", this.space);
    this.root.tabIndex = 0;
    this.root.setAttribute("role", "listbox");
    this.root.setAttribute("aria-label", words("jobs.list"));
    this.root.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.root.addEventListener("keydown", (event) => this.#pressed(event));
    this.root.addEventListener("click", (event) => this.#clicked(event));
    new ResizeObserver(() => this.#resized()).observe(this.root);
  }

  /** How many rows must be loaded to show what is in sight. */
  get reach() {
    return Math.ceil((this.#scrollTop + this.#height) / ROW_HEIGHT);
  }

  /**
   * @param {ListedJob[]} jobs
   * @param {boolean} complete whether there are no more
   */
  update(jobs, complete) {
    this.#jobs = jobs;
    this.#complete = complete;
    if (this.#active && !jobs.includes(this.#active)) this.#active = null;
    this.space.style.height = `${jobs.length * ROW_HEIGHT}px`;
    this.#keepInSight();
    this.#render(true);
  }

  /** Back to the newest. */
  toTop() {
    this.#first = undefined;
    this.#scrollTop = 0;
    this.root.scrollTop = 0;
  }

  /** An element that leaves the page forgets how far it was scrolled. */
  restore() {
    this.root.scrollTop = this.#scrollTop;
    this.#resized();
  }

  focus() {
    this.root.focus({ preventScroll: true });
  }

  /** Ages grow. */
  tick() {
    for (const row of this.#rows) row.tick();
  }

  /** What is looked at stays where it is while jobs come above it. */
  #keepInSight() {
    if (!this.#first || this.#scrollTop < ROW_HEIGHT) return;
    const index = this.#jobs.indexOf(this.#first);
    if (index < 0) return;
    const top = index * ROW_HEIGHT + (this.#scrollTop % ROW_HEIGHT);
    if (top === this.#scrollTop) return;
    this.#scrollTop = top;
    this.root.scrollTop = top;
  }

  #scrolled() {
    if (!this.root.isConnected) return;
    this.#scrollTop = this.root.scrollTop;
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#render(false);
    });
  }

  #resized() {
    const height = this.root.clientHeight;
    if (height) this.#height = height; // 0: not on the screen
    this.#render(true);
  }

  /** @param {boolean} anew whether jobs changed */
  #render(anew) {
    const count = Math.min(Math.ceil(this.#height / ROW_HEIGHT) + 2 * BEYOND, this.#jobs.length);
    this.#haveRows(count);
    const top = Math.floor(this.#scrollTop / ROW_HEIGHT);
    const start = Math.max(Math.min(top - BEYOND, this.#jobs.length - count), 0);
    this.#first = this.#jobs[top];
    for (let index = start; index < start + count; index++) {
      const row = this.#rows[index % count];
      const job = this.#jobs[index];
      if (!anew && row.index === index && row.job === job) continue;
      row.fill(job, index);
      row.root.style.transform = `translateY(${index * ROW_HEIGHT}px)`;
      row.root.setAttribute("aria-posinset", String(index + 1));
      row.root.setAttribute("aria-setsize", this.#complete ? String(this.#jobs.length) : "-1");
    }
    this.#mark();
    if (!this.#complete && start + count + NEAR_THE_END > this.#jobs.length) this.more();
    clearTimeout(this.#still);
    this.#still = setTimeout(() => {
      this.#pictures.show(this.#rows);
    }, STILL);
  }

  /** @param {number} count */
  #haveRows(count) {
    if (count === this.#rows.length) return;
    while (this.#rows.length < count) {
      const row = new Row(`anime-row-${this.#rows.length}`, (each) => this.#pictures.settled(each));
      this.#rows.push(row);
      this.space.append(row.root);
    }
    for (const row of this.#rows.splice(count)) {
      row.root.remove();
      this.#pictures.settled(row);
    }
    for (const row of this.#rows) row.index = -1; // each has another place now
  }

  /** Says which row the keyboard is at. */
  #mark() {
    const active = this.#active && this.#rows.find((row) => row.job === this.#active);
    for (const row of this.#rows) row.root.setAttribute("aria-selected", String(row === active));
    if (active) this.root.setAttribute("aria-activedescendant", active.root.id);
    else this.root.removeAttribute("aria-activedescendant");
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const at = this.#active ? this.#jobs.indexOf(this.#active) : -1;
    const page = Math.max(Math.floor(this.#height / ROW_HEIGHT) - 1, 1);
    const last = this.#jobs.length - 1;
    const goals = /** @type {Record<string, number>} */ ({
      ArrowDown: at + 1,
      ArrowUp: at < 0 ? 0 : at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: last,
    });
    if (event.key in goals) {
      this.#goTo(Math.max(Math.min(goals[event.key], last), 0));
    } else if ((event.key === "Enter" || event.key === " ") && this.#active) {
      this.open(this.#active);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation(); // the canvas has keys of its own
  }

  /** @param {number} index */
  #goTo(index) {
    this.#active = this.#jobs[index] ?? null;
    const top = index * ROW_HEIGHT;
    const lowest = top + ROW_HEIGHT - this.#height;
    const wanted = Math.max(Math.min(this.#scrollTop, top), lowest);
    if (wanted !== this.#scrollTop) {
      this.root.scrollTop = wanted;
      this.#scrollTop = wanted;
    }
    this.#render(false);
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const clicked = event.target;
    const row = this.#rows.find((each) => clicked instanceof Node && each.root.contains(clicked));
    if (!row?.job) return;
    this.#active = row.job;
    this.#mark();
    this.open(row.job);
  }
}
