/** A feed on a clock that stands still, and a server that answers when the test says so. */

import { Feed } from "../../../web/client/jobs/feed.js";
import { api } from "../editor/api.js";
import { Clock, settle } from "../editor/waiting.js";

/** A feed, with the events that its owner got and the requests that it sent. */
export class WatchedFeed {
  constructor() {
    api.serve(null);
    this.clock = new Clock();
    this.watched = true;
    this.drawn = 0;
    /** @type {string[]} ids */
    this.ended = [];
    this.feed = new Feed({
      onChange: () => (this.drawn += 1),
      onEnd: (job) => this.ended.push(job.id),
      isWatched: () => this.watched,
    });
  }

  /** Return the number of requests so far. */
  get requestCount() {
    return api.requests.length;
  }

  /** Return the ids of the jobs in the feed. */
  get ids() {
    return this.feed.jobs.map(({ id }) => id);
  }

  /** Return the parameters of the newest request. */
  get query() {
    const [path, query] = api.requests.at(-1).route.split("?");
    return { path, ...Object.fromEntries(new URLSearchParams(query)) };
  }

  /**
   * Answer the newest request.
   *
   * @param {any[]} jobs
   * @param {string | null} [next]
   */
  async answer(jobs, next = null) {
    api.requests.at(-1).answer({ jobs, next });
    await settle();
  }

  /** Break the connection of the newest request. */
  async fail() {
    api.requests.at(-1).fail();
    await settle();
  }

  /**
   * Look for jobs and answer.
   *
   * @param {any[]} jobs
   * @param {string | null} [next]
   * @param {Record<string, string>} [filters]
   */
  async find(jobs, next = null, filters = {}) {
    this.feed.find(filters);
    await this.answer(jobs, next);
  }

  /**
   * Tell the feed of a job.
   *
   * @param {string} id
   * @param {string} state
   * @param {Record<string, unknown>} [values]
   */
  tell(id, state, values = {}) {
    this.feed.handleEvent({ id, state, progress: null, verdict: null, score: null, ...values });
  }
}
