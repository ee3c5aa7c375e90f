/** Selection of several jobs of the list. */

/** @import { ListedJob } from "./job.js" */

export const MOST_SELECTED = 1000; // jobs that the routes for a selection accept at once

/** Selected jobs, and the job from which a range is selected. */
export class Selection {
  /** @type {Map<string, ListedJob>} */
  #jobs = new Map();
  /** @type {Map<string, ListedJob>} the selection without the range that is being extended */
  #base = new Map();
  /** @type {ListedJob | null} */
  #anchor = null;
  /** True if more jobs were to be selected than the routes accept. */
  isFull = false;

  get size() {
    return this.#jobs.size;
  }

  /** Return the selected jobs. */
  get jobs() {
    return [...this.#jobs.values()];
  }

  /** @param {ListedJob} job */
  has(job) {
    return this.#jobs.has(job.id);
  }

  /**
   * Select a job, or take it out of the selection; ranges begin here from now on.
   *
   * @param {ListedJob} job
   */
  toggle(job) {
    this.isFull = false;
    if (this.has(job)) this.#jobs.delete(job.id);
    else this.#add([job]);
    this.setAnchor(job);
  }

  /**
   * Let ranges begin at a job.
   *
   * @param {ListedJob} job
   */
  setAnchor(job) {
    this.#anchor = job;
    this.#base = new Map(this.#jobs);
  }

  /**
   * Select all jobs between the begin of the range and a job, in place of the range before.
   *
   * @param {ListedJob[]} listed all jobs in their order
   * @param {ListedJob} job
   */
  extendTo(listed, job) {
    if (!this.#anchor || !listed.includes(this.#anchor)) this.setAnchor(job);
    const ends = [this.#anchor, job].map((each) => listed.indexOf(/** @type {ListedJob} */ (each)));
    const range = listed.slice(Math.min(...ends), Math.max(...ends) + 1);
    this.#jobs = new Map(this.#base);
    this.isFull = false;
    this.#add(range);
  }

  /**
   * Select jobs in addition.
   *
   * @param {ListedJob[]} jobs
   */
  addAll(jobs) {
    this.isFull = false;
    this.#add(jobs);
    this.#base = new Map(this.#jobs);
  }

  /**
   * Take jobs out of the selection.
   *
   * @param {ListedJob[]} jobs
   */
  removeAll(jobs) {
    for (const { id } of jobs) this.#jobs.delete(id);
    this.isFull = false;
    this.#base = new Map(this.#jobs);
  }

  clear() {
    this.#jobs.clear();
    this.#base.clear();
    this.#anchor = null;
    this.isFull = false;
  }

  /**
   * Keep only jobs that are listed, because nothing may happen to a job that can't be seen.
   *
   * @param {ListedJob[]} listed
   * @returns {boolean} true if the selection has changed
   */
  keepListed(listed) {
    if (this.size === 0) return false;
    const ids = new Set(listed.map(({ id }) => id));
    const before = this.size;
    for (const jobs of [this.#jobs, this.#base]) {
      for (const id of jobs.keys()) if (!ids.has(id)) jobs.delete(id);
    }
    return this.size !== before;
  }

  /** @param {ListedJob[]} jobs */
  #add(jobs) {
    for (const job of jobs) {
      if (this.has(job)) continue;
      if (this.size === MOST_SELECTED) {
        this.isFull = true;
        return;
      }
      this.#jobs.set(job.id, job);
    }
  }
}
