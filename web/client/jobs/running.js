import { ask } from "../requests.js";

const MOST = 200;

/** How many jobs run now, as the badge of the tab shows it. */
export class Running {
  /** @type {Set<string>} */
  #ids = new Set();

  /** @param {(count: number) => void} changed */
  constructor(changed) {
    this.changed = changed;
  }

  /** @param {{id: string, state: string}} event of a job */
  told({ id, state }) {
    const before = this.#ids.size;
    if (state === "in_progress") this.#ids.add(id);
    else this.#ids.delete(id);
    if (this.#ids.size !== before) this.changed(this.#ids.size);
  }

  /** Count anew: this browser has just come, or has missed something. */
  async count() {
    try {
      const { jobs } = await ask(`/anime/jobs?state=in_progress&limit=${MOST}`);
      this.#ids = new Set(jobs.map((/** @type {{id: string}} */ job) => job.id));
    } catch {
      this.#ids.clear(); // the panel says what is wrong; a badge can't
    }
    this.changed(this.#ids.size);
  }
}
