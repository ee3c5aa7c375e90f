/** Loading of the jobs of the list, and their updates by events; the display is in `list.js`. */

import { callRoute } from "../requests.js";
import { ENDED, listedJob, mergeJob, newerFirst, verdictOf } from "./job.js";
import { ListRequests } from "./list_requests.js";

/** @import { JobEvent, ListedJob } from "./job.js" */

const HEAD = 50; // jobs in a request for the newest ones
const PAGE = 200; // jobs
const MOST_AT_ONCE = 2000; // jobs that are loaded again to keep the position in the list
const SOON = 300; // milliseconds; several events within them cause one request

/** Loaded jobs that match filters, the newest first; events keep them current. */
export class Feed {
  /** @type {ListedJob[]} */
  jobs = [];
  /** True if there are no older jobs to load. */
  complete = false;
  /** @type {Record<string, string>} */
  filters = {};

  /** @type {Map<string, ListedJob>} */
  #byId = new Map();
  /** @type {string | null} cursor of the next page */
  #next = null;
  /** @type {ListedJob | null} the oldest job that has ended and whose picture isn't loaded yet */
  #oldestEnded = null;
  /** @type {Map<string, JobEvent>} events of unlisted jobs since the current request began */
  #earlyEvents = new Map();
  /** @type {ListRequests} */
  #requests;

  /**
   * @param {object} owner
   * @param {() => void} owner.onChange called when the list must be drawn again
   * @param {(job: ListedJob) => void} owner.onEnd called when a job has just ended
   * @param {() => boolean} owner.isWatched true if the list is on the screen; without that nothing
   *   is requested
   */
  constructor({ onChange, onEnd, isWatched }) {
    this.onChange = onChange;
    this.onEnd = onEnd;
    const refresh = () => this.#refresh();
    this.#requests = new ListRequests({ refresh, onChange, isWatched, soon: SOON });
  }

  /** Return true until the first answer to the current filters. */
  get isLoading() {
    return this.#requests.isLoading;
  }

  /** Return the error of the latest request; null if it succeeded. */
  get problem() {
    return this.#requests.problem;
  }

  /**
   * Replace the jobs by those that match other filters.
   *
   * @param {Record<string, string>} filters
   */
  find(filters) {
    this.#cancelRequests();
    this.filters = filters;
    this.#requests.isLoading = true;
    this.#replaceJobs([], null);
    this.complete = false;
    this.onChange();
    this.#requests.refresh();
  }

  /** Return the jobs as the items of the list. */
  get items() {
    return this.jobs;
  }

  /** @param {string} id of a job */
  has(id) {
    return this.#byId.has(id);
  }

  /** End all requests, because another list is displayed. */
  stop() {
    this.#requests.reset();
    this.#oldestEnded = null;
  }

  /**
   * Load what is displayed soon.
   *
   * @param {number} index of the last job that is displayed soon
   */
  loadTo(index) {
    if (index >= this.jobs.length) this.loadMore();
  }

  /** Load the newest jobs, because some may have changed. */
  refresh() {
    this.#requests.refreshSoon();
  }

  /** Load the next page. */
  loadMore() {
    if (this.#requests.isBusy || this.problem || this.complete || this.isLoading) return;
    this.#run(async (signal) => {
      const { jobs, next } = await this.#page(PAGE, this.#next, signal);
      this.#append(jobs.filter((job) => !this.#byId.has(job.id)));
      this.#next = next;
      this.complete = next === null;
    });
  }

  /** Load the changes since the list was last on the screen. */
  resume() {
    this.#requests.resume();
  }

  /**
   * Apply an event of a job.
   *
   * @param {JobEvent} event
   */
  handleEvent(event) {
    const job = this.#byId.get(event.id);
    const hasEnded = job ? ENDED.has(event.state) && !ENDED.has(job.state) : false;
    if (job) {
      for (const name of /** @type {const} */ (["state", "progress", "verdict", "score"])) {
        /** @type {any} */ (job)[name] = event[name];
      }
      if (!this.#matches(job)) this.#remove(job);
      else if (hasEnded) this.#extendRefreshTo(job);
      if (hasEnded) this.onEnd(job);
      this.onChange();
    }
    if (!job && this.#requests.isBusy) this.#earlyEvents.set(event.id, event);
    // An event has neither the names of a new job nor the picture of one that ended. A job ends
    // again when its files were read.
    const isListed = !hasEnded && this.#byId.has(event.id);
    const hasNewFiles = job && isListed && ENDED.has(event.state) && job.thumbnail === null;
    if (hasNewFiles) this.#extendRefreshTo(job);
    if (!job || hasEnded || hasNewFiles) this.#requests.refreshSoon();
  }

  /**
   * Load the jobs again, because events were missed.
   *
   * @param {number} reach number of jobs that the list needs to keep its position
   */
  resync(reach) {
    if (!this.#requests.isNeeded()) return;
    this.#cancelRequests();
    const count = Math.min(Math.max(reach, HEAD), MOST_AT_ONCE);
    this.#run(async (signal) => {
      const isEnough = (/** @type {ListedJob[]} */ jobs) => jobs.length >= count;
      const { jobs, next } = await this.#pages(Math.min(count, PAGE), isEnough, signal);
      this.#replaceJobs(jobs, next);
    });
  }

  /** Load the newest jobs and put them before the older ones. */
  #refresh() {
    if (this.filters.order) {
      this.resync(this.jobs.length); // a job may have moved to any place
      return;
    }
    this.#run(async (signal) => {
      const { jobs, next } = await this.#newest(signal);
      const last = jobs.at(-1);
      const overlaps = last && this.jobs.some((job) => newerFirst(job, last) <= 0);
      if (this.isLoading || next === null || !last || !overlaps) {
        return this.#replaceJobs(jobs, next);
      }
      const older = this.jobs.filter((job) => newerFirst(last, job) < 0);
      this.#replaceJobs([...jobs, ...older], older.length ? this.#next : next);
    });
  }

  /**
   * Return the newest jobs, down to the oldest one that has just ended. In a long queue that job is
   * far down the list.
   *
   * @param {AbortSignal} signal
   */
  async #newest(signal) {
    const oldest = this.#oldestEnded;
    this.#oldestEnded = null;
    const isEnough = (/** @type {ListedJob[]} */ jobs) =>
      !oldest || jobs.length >= MOST_AT_ONCE || jobs.some((job) => newerFirst(oldest, job) <= 0);
    try {
      return await this.#pages(HEAD, isEnough, signal);
    } catch (error) {
      if (oldest && !signal.aborted) this.#extendRefreshTo(oldest);
      throw error;
    }
  }

  /**
   * Make the next refresh load all jobs down to this one.
   *
   * @param {ListedJob} job
   */
  #extendRefreshTo(job) {
    if (!this.#oldestEnded || newerFirst(this.#oldestEnded, job) < 0) this.#oldestEnded = job;
  }

  /**
   * Return the newest jobs; load page after page until there are enough.
   *
   * @param {number} first length of the first page
   * @param {(jobs: ListedJob[]) => boolean} isEnough
   * @param {AbortSignal} signal
   */
  async #pages(first, isEnough, signal) {
    let { jobs, next } = await this.#page(first, null, signal);
    while (next !== null && !isEnough(jobs)) {
      const page = await this.#page(PAGE, next, signal);
      jobs = [...jobs, ...page.jobs];
      next = page.next;
    }
    return { jobs, next };
  }

  /**
   * Return a page of jobs from the route.
   *
   * @param {number} limit largest number of jobs
   * @param {string | null} cursor
   * @param {AbortSignal} signal
   * @returns {Promise<{jobs: ListedJob[], next: string | null}>}
   */
  async #page(limit, cursor, signal) {
    const query = new URLSearchParams({ ...this.filters, limit: String(limit) });
    if (cursor !== null) query.set("cursor", cursor);
    const { jobs, next } = await callRoute(`/anime/jobs?${query}`, { signal });
    const listed = /** @type {ListedJob[]} */ (jobs.map(listedJob));
    return { jobs: listed.filter((job) => this.#applyEarlyEvent(job)), next };
  }

  /**
   * Apply the event of a job that ended while its page was loading.
   *
   * @param {ListedJob} job
   * @returns {boolean} true if the job still matches the filters
   */
  #applyEarlyEvent(job) {
    const event = this.#earlyEvents.get(job.id);
    if (!event || !ENDED.has(event.state) || ENDED.has(job.state)) return true;
    const { state, progress, verdict, score } = event;
    Object.assign(job, { state, progress, verdict, score });
    const matches = this.#matches(job);
    if (matches) this.#extendRefreshTo(job);
    return matches;
  }

  /** @param {(signal: AbortSignal) => Promise<void>} work */
  #run(work) {
    this.#earlyEvents.clear();
    this.#requests.run(work);
  }

  #cancelRequests() {
    this.#requests.cancel();
    this.#oldestEnded = null;
  }

  /**
   * Replace the jobs. A job that was listed before stays the same object.
   *
   * @param {ListedJob[]} jobs
   * @param {string | null} next
   */
  #replaceJobs(jobs, next) {
    const previous = this.#byId;
    this.#byId = new Map();
    this.jobs = [];
    this.#append(jobs.map((job) => mergeJob(previous.get(job.id), job)));
    this.#next = next;
    this.complete = next === null;
  }

  /** @param {ListedJob[]} jobs */
  #append(jobs) {
    for (const job of jobs) {
      this.#byId.set(job.id, job);
      this.jobs.push(job);
    }
  }

  /** @param {ListedJob} job */
  #remove(job) {
    this.#byId.delete(job.id);
    this.jobs.splice(this.jobs.indexOf(job), 1);
  }

  /**
   * Return true if a job matches the filters for state and verdict; events change only these.
   *
   * @param {ListedJob} job
   */
  #matches(job) {
    const { state, verdict } = this.filters;
    return (!state || state === job.state) && (!verdict || verdict === (verdictOf(job) ?? "none"));
  }
}
