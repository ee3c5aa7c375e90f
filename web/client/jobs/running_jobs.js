/** Count of the jobs that run, for the badge of the sidebar's tab. */

import { callRoute } from "../requests.js";

const MOST = 200; // the largest page that the route returns

/** Count of the jobs that run now. */
export class RunningJobs {
  /** @type {Set<string>} */
  #ids = new Set();

  /** @param {(count: number) => void} onChange */
  constructor(onChange) {
    this.onChange = onChange;
  }

  /**
   * Apply an event of a job.
   *
   * @param {{id: string, state: string}} event
   */
  handleEvent({ id, state }) {
    const before = this.#ids.size;
    if (state === "in_progress") this.#ids.add(id);
    else this.#ids.delete(id);
    if (this.#ids.size !== before) this.onChange(this.#ids.size);
  }

  /** Count the running jobs on the server, after a page load or missed events. */
  async count() {
    try {
      const { jobs } = await callRoute(`/anime/jobs?state=in_progress&limit=${MOST}`);
      this.#ids = new Set(jobs.map((/** @type {{id: string}} */ job) => job.id));
    } catch {
      this.#ids.clear(); // the panel displays the problem
    }
    this.onChange(this.#ids.size);
  }
}
