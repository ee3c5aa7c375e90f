/** Jobs in groups by shot: the shots with their counts, and the jobs of each unfolded shot. */

import { callRoute } from "../requests.js";
import { ENDED } from "./job.js";
import { Feed } from "./feed.js";
import { ListRequests } from "./list_requests.js";

/** @import { JobEvent, ListedJob } from "./job.js" */

/**
 * Shot with the counts of its jobs that match the filters.
 *
 * @typedef {object} Shot
 * @property {string} key value of the filter `group` for the jobs of the shot
 * @property {string} project
 * @property {string} episode
 * @property {string} scene
 * @property {string} shot
 * @property {number} jobs
 * @property {number} passed
 * @property {number} approved
 * @property {string} newest time of creation of the newest job
 * @property {string | null} verdict of the best job
 * @property {number | null} score of the best job
 *
 * @typedef {ListedJob | Shot} ListItem
 */

const PAGE = 100; // shots
const SOON = 1000; // milliseconds; several events within them cause one request

/**
 * Return true if an item of the list is a shot.
 *
 * @param {ListItem} item
 * @returns {item is Shot}
 */
export function isShot(item) {
  return "key" in item;
}

/** Shots of the jobs that match filters, each with a feed of its jobs while it is unfolded. */
export class ShotGroups {
  /** @type {ListItem[]} shots, each followed by its loaded jobs if it is unfolded */
  items = [];
  complete = false;
  /** @type {Record<string, string>} */
  filters = {};

  /** @type {Shot[]} */
  #shots = [];
  /** @type {Map<string, Feed>} feeds of the unfolded shots, by key */
  #feeds = new Map();
  /** @type {string | null} cursor of the next page */
  #next = null;
  /** @type {Map<string, string>} states of unfinished jobs, by their latest events */
  #states = new Map();
  /** @type {ListRequests} */
  #requests;

  /**
   * @param {object} owner
   * @param {() => void} owner.onChange called when the list must be drawn again
   * @param {(job: ListedJob) => void} owner.onEnd called when a listed job has just ended
   * @param {() => boolean} owner.isWatched true if the list is on the screen
   */
  constructor({ onChange, onEnd, isWatched }) {
    this.onChange = onChange;
    this.onEnd = onEnd;
    this.isWatched = isWatched;
    this.#requests = new ListRequests({
      refresh: () => this.#refresh(),
      onChange: () => this.#changed(),
      isWatched,
      soon: SOON,
    });
  }

  /** Return true until the first answer to the current filters. */
  get isLoading() {
    return this.#requests.isLoading;
  }

  /** Return the error of the latest request of the shots or of the jobs of a shot. */
  get problem() {
    const parts = [this.#requests, ...this.#feeds.values()];
    return parts.find(({ problem }) => problem !== null)?.problem ?? null;
  }

  /** @param {Shot} shot */
  isUnfolded(shot) {
    return this.#feeds.has(shot.key);
  }

  /**
   * Replace the shots by those of the jobs that match other filters; all are folded.
   *
   * @param {Record<string, string>} filters with the order
   */
  find(filters) {
    this.stop();
    this.filters = filters;
    this.#shots = [];
    this.#next = null;
    this.complete = false;
    this.#changed();
    this.#requests.run(async (signal) => {
      const { shots, next } = await this.#page(null, signal);
      this.#replace(shots, next);
      if (shots.length === 1 && next === null) this.#unfold(shots[0]); // nothing else to look at
    });
  }

  /** End all requests, because another list is displayed. */
  stop() {
    this.#requests.reset();
    for (const feed of this.#feeds.values()) feed.stop();
    this.#feeds.clear();
  }

  /**
   * Fold or unfold a shot.
   *
   * @param {Shot} shot
   */
  toggle(shot) {
    const feed = this.#feeds.get(shot.key);
    if (feed) {
      feed.stop();
      this.#feeds.delete(shot.key);
    } else this.#unfold(shot);
    this.#changed();
  }

  /**
   * Load what is displayed soon: the next shots, and the next jobs of unfolded shots.
   *
   * @param {number} index of the last item that is displayed soon
   */
  loadTo(index) {
    for (const feed of this.#feeds.values()) {
      const last = feed.jobs.at(-1);
      if (last && !feed.complete && this.items.indexOf(last) <= index) feed.loadMore();
    }
    if (index < this.items.length - 1 || this.#requests.isBusy) return;
    if (this.complete || this.isLoading || this.#requests.problem) return;
    this.#requests.run(async (signal) => {
      const { shots, next } = await this.#page(this.#next, signal);
      const keys = new Set(this.#shots.map(({ key }) => key));
      const newShots = shots.filter(({ key }) => !keys.has(key));
      this.#replace([...this.#shots, ...newShots], next);
    });
  }

  /** Load the changes since the list was last on the screen. */
  resume() {
    this.#requests.resume();
    for (const feed of this.#feeds.values()) feed.resume();
  }

  /**
   * Apply an event of a job.
   *
   * @param {JobEvent} event
   */
  handleEvent(event) {
    const feed = [...this.#feeds.values()].find((each) => each.has(event.id));
    feed?.handleEvent(event);
    // A running job has an event at each step, and only its states change the counts.
    const isNews = this.#states.get(event.id) !== event.state || ENDED.has(event.state);
    if (ENDED.has(event.state)) this.#states.delete(event.id);
    else this.#states.set(event.id, event.state);
    if (isNews) this.#requests.refreshSoon();
  }

  /** Load the shots and their jobs again, because some may have changed. */
  refresh() {
    for (const feed of this.#feeds.values()) feed.refresh();
    this.#requests.refreshSoon();
  }

  /** Load the shots and their jobs again, because events were missed. */
  resync() {
    for (const feed of this.#feeds.values()) feed.resync(feed.jobs.length);
    this.#requests.refresh();
  }

  /** @param {Shot} shot */
  #unfold(shot) {
    const feed = new Feed({
      onChange: () => this.#changed(),
      onEnd: (job) => this.onEnd(job),
      isWatched: this.isWatched,
    });
    this.#feeds.set(shot.key, feed);
    feed.find({ ...this.filters, group: shot.key });
  }

  /** Load as many shots as there are again, and the jobs of those whose counts have changed. */
  #refresh() {
    this.#requests.run(async (signal) => {
      const count = this.#shots.length;
      let { shots, next } = await this.#page(null, signal);
      while (next !== null && shots.length < count) {
        const page = await this.#page(next, signal);
        shots = [...shots, ...page.shots];
        next = page.next;
      }
      const counts = new Map(this.#shots.map((shot) => [shot.key, countsOf(shot)]));
      this.#replace(shots, next);
      for (const shot of this.#shots) {
        const feed = this.#feeds.get(shot.key);
        if (feed && counts.get(shot.key) !== countsOf(shot)) feed.refresh();
      }
    });
  }

  /**
   * Return a page of shots from the route.
   *
   * @param {string | null} cursor
   * @param {AbortSignal} signal
   * @returns {Promise<{shots: Shot[], next: string | null}>}
   */
  #page(cursor, signal) {
    const query = new URLSearchParams({ ...this.filters, limit: String(PAGE) });
    if (cursor !== null) query.set("cursor", cursor);
    return callRoute(`/anime/shots?${query}`, { signal });
  }

  /**
   * Replace the shots. A shot that was listed before stays the same object.
   *
   * @param {Shot[]} shots
   * @param {string | null} next
   */
  #replace(shots, next) {
    const previous = new Map(this.#shots.map((shot) => [shot.key, shot]));
    this.#shots = shots.map((shot) => Object.assign(previous.get(shot.key) ?? shot, shot));
    this.#next = next;
    this.complete = next === null;
    const keys = new Set(shots.map(({ key }) => key));
    for (const [key, feed] of this.#feeds) {
      if (keys.has(key) || next !== null) continue;
      feed.stop(); // no job of the shot matches any more
      this.#feeds.delete(key);
    }
  }

  #changed() {
    this.items = this.#shots.flatMap((shot) => [shot, ...(this.#feeds.get(shot.key)?.jobs ?? [])]);
    this.onChange();
  }
}

/**
 * Return what changes when a job of the shot is added, ends or is deleted, as a text.
 *
 * @param {Shot} shot
 */
function countsOf({ jobs, passed, approved, newest, verdict, score }) {
  return JSON.stringify([jobs, passed, approved, newest, verdict, score]);
}
