/** Requests of a list: one at a time, repeated after an error, none while nobody sees the list. */

import { RouteError } from "../requests.js";

const RETRY_FIRST = 2000; // milliseconds
const RETRY_LAST = 15_000; // milliseconds

/** Requests that keep a list current. */
export class ListRequests {
  /** True until the first answer. */
  isLoading = true;
  /** True while a request runs. */
  isBusy = false;
  /** @type {RouteError | null} error of the latest request; null if it succeeded */
  problem = null;

  #controller = new AbortController();
  #isStale = false;
  #refreshTimer = 0;
  #retryTimer = 0;
  #retryDelay = RETRY_FIRST;

  /**
   * @param {object} owner
   * @param {() => void} owner.refresh begins the request that loads the list again
   * @param {() => void} owner.onChange called after each request
   * @param {() => boolean} owner.isWatched true if the list is on the screen
   * @param {number} owner.soon milliseconds; several events within them cause one refresh
   */
  constructor({ refresh, onChange, isWatched, soon }) {
    this.begin = refresh;
    this.onChange = onChange;
    this.isWatched = isWatched;
    this.soon = soon;
  }

  /** Load the list again a little later; without anybody who sees it, when it is seen again. */
  refreshSoon() {
    if (!this.isWatched()) this.#isStale = true;
    else if (!this.problem) this.#refreshTimer ||= setTimeout(() => this.refresh(), this.soon);
  }

  /** Load the list again: at once, or after the request that runs. */
  refresh() {
    clearTimeout(this.#refreshTimer);
    this.#refreshTimer = 0;
    if (!this.isNeeded()) return;
    if (this.isBusy) this.#refreshTimer = setTimeout(() => this.refresh(), this.soon);
    else this.begin();
  }

  /** Return true if somebody sees the list; else it is loaded again when it is seen again. */
  isNeeded() {
    const isWatched = this.isWatched();
    if (!isWatched) this.#isStale = true;
    return isWatched;
  }

  /** Load the changes since the list was last on the screen. */
  resume() {
    if (this.#isStale || this.isLoading || this.problem) this.refresh();
  }

  /**
   * Run a request; if it fails, record the problem and refresh later.
   *
   * @param {(signal: AbortSignal) => Promise<void>} work
   */
  async run(work) {
    const { signal } = this.#controller;
    this.isBusy = true;
    this.#isStale = false;
    try {
      await work(signal);
      if (signal.aborted) return;
      this.problem = null;
      this.isLoading = false;
      this.#retryDelay = RETRY_FIRST;
    } catch (error) {
      if (signal.aborted) return; // `cancel` was called
      if (!(error instanceof RouteError)) throw error;
      this.problem = error;
      clearTimeout(this.#retryTimer);
      this.#retryTimer = setTimeout(() => this.refresh(), this.#retryDelay);
      this.#retryDelay = Math.min(this.#retryDelay * 2, RETRY_LAST);
    } finally {
      if (!signal.aborted) this.isBusy = false;
    }
    this.onChange();
  }

  /** Cancel all requests and timers. */
  cancel() {
    this.#controller.abort();
    this.#controller = new AbortController();
    this.isBusy = false;
    clearTimeout(this.#refreshTimer);
    clearTimeout(this.#retryTimer);
    this.#refreshTimer = 0;
  }

  /** Cancel all requests and forget their results. */
  reset() {
    this.cancel();
    this.isLoading = true;
    this.problem = null;
  }
}
