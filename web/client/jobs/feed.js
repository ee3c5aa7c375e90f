import { ask, RouteError } from "../requests.js";
import { listedJob, merged, newerFirst, OVER, verdictOf } from "./job.js";

/** @import { JobEvent, ListedJob } from "./job.js" */

const HEAD = 50; // jobs that are asked for to see what is new
const PAGE = 200;
const MOST_AT_ONCE = 2000; // jobs that are loaded anew to stay where one is
const SOON = 300; // milliseconds in which many events are answered by one request
const RETRY_FIRST = 2000;
const RETRY_LAST = 15_000;

/**
 * The jobs that filters describe, the newest first, as far as they have been looked at; it follows
 * what happens. It knows nothing of how they are shown.
 */
export class Feed {
  /** @type {ListedJob[]} */
  jobs = [];
  /** Whether there are no more. */
  complete = false;
  /** Whether the answer to these filters is still awaited. */
  empty = true;
  /** @type {RouteError | null} why nothing comes */
  problem = null;
  /** @type {Record<string, string>} */
  filters = {};

  /** @type {Map<string, ListedJob>} */
  #byId = new Map();
  /** @type {string | null} */
  #next = null;
  /** @type {ListedJob | null} the oldest that has ended and whose picture is still to be asked for */
  #oldestEnded = null;
  /** @type {Map<string, JobEvent>} of jobs that were not listed, since the last request began */
  #early = new Map();
  #asked = new AbortController();
  #busy = false;
  #stale = false;
  #soon = 0;
  #retry = 0;
  #wait = RETRY_FIRST;

  /**
   * @param {object} given
   * @param {() => void} given.changed something is to be drawn
   * @param {(job: ListedJob) => void} given.ended a job has just ended
   * @param {() => boolean} given.watched whether anybody looks; without that nothing is asked for
   */
  constructor({ changed, ended, watched }) {
    this.changed = changed;
    this.ended = ended;
    this.watched = watched;
  }

  /**
   * Look for other jobs.
   *
   * @param {Record<string, string>} filters
   */
  find(filters) {
    this.#forget();
    this.filters = filters;
    this.empty = true;
    this.#take([], null);
    this.complete = false;
    this.changed();
    this.#refresh();
  }

  /** The page after those that are there. */
  more() {
    if (this.#busy || this.problem || this.complete || this.empty) return;
    this.#do(async (signal) => {
      const { jobs, next } = await this.#page(PAGE, this.#next, signal);
      this.#append(jobs.filter((job) => !this.#byId.has(job.id)));
      this.#next = next;
      this.complete = next === null;
    });
  }

  /** Somebody looks again. */
  watch() {
    if (this.#stale || this.empty || this.problem) this.#refresh();
  }

  /**
   * What was just said of a job.
   *
   * @param {JobEvent} event
   */
  told(event) {
    const job = this.#byId.get(event.id);
    const over = job ? OVER.has(event.state) && !OVER.has(job.state) : false;
    if (job) {
      for (const name of /** @type {const} */ (["state", "progress", "verdict", "score"])) {
        /** @type {any} */ (job)[name] = event[name];
      }
      if (!this.#fits(job)) this.#drop(job);
      else if (over) this.#askDownTo(job);
      if (over) this.ended(job);
      this.changed();
    }
    if (!job && this.#busy) this.#early.set(event.id, event);
    // Only the database knows a new one's names, and a finished one's picture.
    if (!job || over) this.#refreshSoon();
  }

  /**
   * Messages were missed: everything is asked for anew.
   *
   * @param {number} reach how many jobs are in use
   */
  resync(reach) {
    if (!this.watched()) {
      this.#stale = true;
      return;
    }
    this.#forget();
    const wanted = Math.min(Math.max(reach, HEAD), MOST_AT_ONCE);
    this.#do(async (signal) => {
      const isEnough = (/** @type {ListedJob[]} */ jobs) => jobs.length >= wanted;
      const { jobs, next } = await this.#pages(Math.min(wanted, PAGE), isEnough, signal);
      this.#take(jobs, next);
    });
  }

  #refreshSoon() {
    if (!this.watched()) this.#stale = true;
    else if (!this.problem) this.#soon ||= setTimeout(() => this.#refresh(), SOON);
  }

  /** What is new. */
  #refresh() {
    clearTimeout(this.#soon);
    this.#soon = 0;
    if (!this.watched()) {
      this.#stale = true;
      return;
    }
    if (this.#busy) {
      this.#soon = setTimeout(() => this.#refresh(), SOON);
      return;
    }
    this.#do(async (signal) => {
      const { jobs, next } = await this.#newest(signal);
      const last = jobs.at(-1);
      const meets = last && this.jobs.some((job) => newerFirst(job, last) <= 0);
      if (this.empty || next === null || !last || !meets) return this.#take(jobs, next);
      const older = this.jobs.filter((job) => newerFirst(last, job) < 0);
      this.#take([...jobs, ...older], older.length ? this.#next : next);
    });
  }

  /**
   * Return the newest jobs, down to the oldest that has ended: in a long queue that is far down.
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
      if (oldest && !signal.aborted) this.#askDownTo(oldest);
      throw error;
    }
  }

  /** @param {ListedJob} job that the next request is to reach */
  #askDownTo(job) {
    if (!this.#oldestEnded || newerFirst(this.#oldestEnded, job) < 0) this.#oldestEnded = job;
  }

  /**
   * Return the newest jobs, page after page until there are enough.
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
   * @param {number} limit
   * @param {string | null} cursor
   * @param {AbortSignal} signal
   * @returns {Promise<{jobs: ListedJob[], next: string | null}>}
   */
  async #page(limit, cursor, signal) {
    const query = new URLSearchParams({ ...this.filters, limit: String(limit) });
    if (cursor !== null) query.set("cursor", cursor);
    const { jobs, next } = await ask(`/anime/jobs?${query}`, { signal });
    const listed = /** @type {ListedJob[]} */ (jobs.map(listedJob));
    return { jobs: listed.filter((job) => this.#catchUp(job)), next };
  }

  /**
   * Give a job the end that came while its page was on its way.
   *
   * @param {ListedJob} job
   * @returns {boolean} whether it still fits the filters
   */
  #catchUp(job) {
    const event = this.#early.get(job.id);
    if (!event || !OVER.has(event.state) || OVER.has(job.state)) return true;
    const { state, progress, verdict, score } = event;
    Object.assign(job, { state, progress, verdict, score });
    const fits = this.#fits(job);
    if (fits) this.#askDownTo(job);
    return fits;
  }

  /**
   * One request at a time; where it fails, it says so and tries again.
   *
   * @param {(signal: AbortSignal) => Promise<void>} work
   */
  async #do(work) {
    const { signal } = this.#asked;
    this.#busy = true;
    this.#stale = false;
    this.#early.clear();
    try {
      await work(signal);
      if (signal.aborted) return;
      this.problem = null;
      this.empty = false;
      this.#wait = RETRY_FIRST;
    } catch (error) {
      if (signal.aborted) return; // other jobs are looked for now
      if (!(error instanceof RouteError)) throw error;
      this.problem = error;
      clearTimeout(this.#retry);
      this.#retry = setTimeout(() => this.#refresh(), this.#wait);
      this.#wait = Math.min(this.#wait * 2, RETRY_LAST);
    } finally {
      if (!signal.aborted) this.#busy = false;
    }
    this.changed();
  }

  /** Nothing that was asked for is wanted any more. */
  #forget() {
    this.#asked.abort();
    this.#asked = new AbortController();
    this.#busy = false;
    clearTimeout(this.#soon);
    clearTimeout(this.#retry);
    this.#soon = 0;
    this.#oldestEnded = null;
  }

  /**
   * These are all that are known now; a job that was known stays the same object.
   *
   * @param {ListedJob[]} jobs
   * @param {string | null} next
   */
  #take(jobs, next) {
    const known = this.#byId;
    this.#byId = new Map();
    this.jobs = [];
    this.#append(jobs.map((job) => merged(known.get(job.id), job)));
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
  #drop(job) {
    this.#byId.delete(job.id);
    this.jobs.splice(this.jobs.indexOf(job), 1);
  }

  /** @param {ListedJob} job */
  #fits(job) {
    const { state, verdict } = this.filters;
    return (!state || state === job.state) && (!verdict || verdict === (verdictOf(job) ?? "none"));
  }
}
