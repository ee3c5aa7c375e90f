/** List of jobs, of which only the visible rows exist as elements. */

import { element } from "../element.js";
import { words } from "../words.js";
import { PictureQueue } from "./picture_queue.js";
import { Row } from "./row.js";

/** @import { ListedJob } from "./job.js" */

export const ROW_HEIGHT = 72; // pixels, the same as in list.css
const EXTRA_ROWS = 6; // rows above and below the visible ones
const NEAR_THE_END = 40; // rows; the next page is loaded when fewer follow
const RETRY = 10_000; // milliseconds until pictures that failed are loaded again
const SCROLL_PAUSE = 120; // milliseconds without scrolling, after which pictures load

/**
 * List box of all loaded jobs. Only the rows in view exist as elements; scrolling fills them with
 * other jobs.
 */
export class JobList {
  /** @type {Row[]} */
  #rows = [];
  #pictures = new PictureQueue();
  /** @type {ListedJob[]} */
  #jobs = [];
  /** @type {ListedJob | null} */
  #active = null;
  /** @type {ListedJob | undefined} the first job in view */
  #firstVisible;
  #complete = true;
  #scrollTop = 0;
  #height = 0;
  #frame = 0;
  #pictureTimer = 0;
  #retryTimer = 0;

  /** @param {{open(job: ListedJob): void, loadMore(): void}} actions */
  constructor({ open, loadMore }) {
    this.open = open;
    this.loadMore = loadMore;
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

  /** Return the number of jobs that must be loaded to display the rows in view. */
  get reach() {
    return Math.ceil((this.#scrollTop + this.#height) / ROW_HEIGHT);
  }

  /**
   * Display jobs.
   *
   * @param {ListedJob[]} jobs
   * @param {boolean} complete true if there are no older jobs to load
   */
  update(jobs, complete) {
    this.#jobs = jobs;
    this.#complete = complete;
    if (this.#active && !jobs.includes(this.#active)) this.#active = null;
    this.space.style.height = `${jobs.length * ROW_HEIGHT}px`;
    this.#keepPosition();
    this.#render(true);
  }

  /** Scroll to the newest job. */
  toTop() {
    this.#firstVisible = undefined;
    this.#scrollTop = 0;
    this.root.scrollTop = 0;
  }

  /** Restore the scroll position, which an element loses when it leaves the page. */
  restore() {
    this.root.scrollTop = this.#scrollTop;
    this.#resized();
  }

  focus() {
    this.root.focus({ preventScroll: true });
  }

  /** Update the displayed ages. */
  tick() {
    for (const row of this.#rows) row.tick();
  }

  /** Keep the jobs in view in their place while new jobs are put above them. */
  #keepPosition() {
    if (!this.#firstVisible || this.#scrollTop < ROW_HEIGHT) return;
    const index = this.#jobs.indexOf(this.#firstVisible);
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
    if (height) this.#height = height; // the height is 0 while the list is not on the screen
    this.#render(true);
  }

  /**
   * Fill the rows in view with their jobs.
   *
   * @param {boolean} jobsChanged false if only the scroll position changed
   */
  #render(jobsChanged) {
    const visible = Math.ceil(this.#height / ROW_HEIGHT);
    const count = Math.min(visible + 2 * EXTRA_ROWS, this.#jobs.length);
    this.#setRowCount(count);
    const top = Math.floor(this.#scrollTop / ROW_HEIGHT);
    const start = Math.max(Math.min(top - EXTRA_ROWS, this.#jobs.length - count), 0);
    this.#firstVisible = this.#jobs[top];
    for (let index = start; index < start + count; index++) {
      const row = this.#rows[index % count];
      const job = this.#jobs[index];
      if (!jobsChanged && row.index === index && row.job === job) continue;
      row.fill(job, index);
      row.root.style.transform = `translateY(${index * ROW_HEIGHT}px)`;
      row.root.setAttribute("aria-posinset", String(index + 1));
      row.root.setAttribute("aria-setsize", this.#complete ? String(this.#jobs.length) : "-1");
    }
    this.#markActive();
    if (!this.#complete && start + count + NEAR_THE_END > this.#jobs.length) this.loadMore();
    clearTimeout(this.#pictureTimer);
    this.#pictureTimer = setTimeout(() => {
      this.#pictures.show(this.#rows);
    }, SCROLL_PAUSE);
  }

  /** Load the pictures that failed again after a pause, because the database may be away. */
  #retryPictures() {
    this.#retryTimer ||= setTimeout(() => {
      this.#retryTimer = 0;
      if (!this.root.isConnected) return;
      for (const row of this.#rows) row.retryPicture();
      this.#pictures.show(this.#rows);
    }, RETRY);
  }

  /** @param {number} count */
  #setRowCount(count) {
    if (count === this.#rows.length) return;
    while (this.#rows.length < count) {
      const row = new Row(`anime-row-${this.#rows.length}`, (each, failed) => {
        this.#pictures.settled(each);
        if (failed) this.#retryPictures();
      });
      this.#rows.push(row);
      this.space.append(row.root);
    }
    for (const row of this.#rows.splice(count)) {
      row.root.remove();
      this.#pictures.settled(row);
    }
    for (const row of this.#rows) row.index = -1; // forces each row to be filled and placed again
  }

  /** Mark the row that the keyboard has reached. */
  #markActive() {
    const active = this.#active && this.#rows.find((row) => row.job === this.#active);
    for (const row of this.#rows) row.root.setAttribute("aria-selected", String(row === active));
    if (active) this.root.setAttribute("aria-activedescendant", active.root.id);
    else this.root.removeAttribute("aria-activedescendant");
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const index = this.#active ? this.#jobs.indexOf(this.#active) : -1;
    const page = Math.max(Math.floor(this.#height / ROW_HEIGHT) - 1, 1);
    const last = this.#jobs.length - 1;
    const targets = /** @type {Record<string, number>} */ ({
      ArrowDown: index + 1,
      ArrowUp: index < 0 ? 0 : index - 1,
      PageDown: index + page,
      PageUp: index - page,
      Home: 0,
      End: last,
    });
    if (event.key in targets) {
      this.#moveTo(Math.max(Math.min(targets[event.key], last), 0));
    } else if ((event.key === "Enter" || event.key === " ") && this.#active) {
      this.open(this.#active);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation(); // the canvas would react to the key too
  }

  /** @param {number} index */
  #moveTo(index) {
    this.#active = this.#jobs[index] ?? null;
    const top = index * ROW_HEIGHT;
    const lowest = top + ROW_HEIGHT - this.#height;
    const scrollTop = Math.max(Math.min(this.#scrollTop, top), lowest);
    if (scrollTop !== this.#scrollTop) {
      this.root.scrollTop = scrollTop;
      this.#scrollTop = scrollTop;
    }
    this.#render(false);
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const clicked = event.target;
    const row = this.#rows.find((each) => clicked instanceof Node && each.root.contains(clicked));
    if (!row?.job) return;
    this.#active = row.job;
    this.#markActive();
    this.open(row.job);
  }
}
