/** Folded section of a job's detail that loads its data when it is opened. */

import { element } from "../../element.js";
import { errorText } from "../../parts/message.js";
import { callRoute } from "../../requests.js";
import { words } from "../../words.js";

const RETRY = 5000; // milliseconds from an error to the next request

/** Folded section of the detail; its data are requested only when it is opened. */
export class LazySection {
  /**
   * @param {string} heading
   * @param {"params" | "events"} part
   * @param {(data: any[]) => Node[]} build
   */
  constructor(heading, part, build) {
    this.part = part;
    this.build = build;
    this.job = "";
    this.version = ""; // of the data that the section should display
    this.loadedVersion = "";
    this.timer = 0;
    this.content = element("div", "anime-section-content");
    const text = element("h3", "anime-heading", heading);
    this.root = element("details", "anime-section", element("summary", "", text), this.content);
    this.root.addEventListener("toggle", () => this.#load());
  }

  forget() {
    this.job = this.version = this.loadedVersion = "";
    this.content.replaceChildren();
  }

  /**
   * Set the job, and load its data again if they may have changed.
   *
   * @param {string} job
   * @param {unknown} state a value that differs when the job's data have changed
   */
  update(job, state) {
    this.job = job;
    this.version = `${job} ${state}`;
    this.#load();
  }

  async #load() {
    clearTimeout(this.timer);
    const { version } = this;
    if (!this.root.open || !this.job || version === this.loadedVersion) return;
    if (!this.content.childElementCount) {
      this.content.replaceChildren(element("span", "anime-loading", words("jobs.loading")));
    }
    try {
      const answer = await callRoute(`/anime/jobs/${this.job}/${this.part}`);
      if (version !== this.version) return;
      this.loadedVersion = version;
      this.content.replaceChildren(...this.build(answer[this.part]));
    } catch (error) {
      if (version !== this.version) return;
      this.content.textContent = errorText(error);
      this.timer = setTimeout(() => this.root.isConnected && this.#load(), RETRY);
    }
  }
}
