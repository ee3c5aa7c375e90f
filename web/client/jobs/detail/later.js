import { element } from "../../element.js";
import { sentence } from "../../parts/message.js";
import { ask } from "../../requests.js";
import { words } from "../../words.js";

/** A folded part of the detail, which is asked for only when it is opened. */
export class Later {
  /**
   * @param {string} heading
   * @param {"params" | "events"} part
   * @param {(data: any[]) => Node[]} build
   */
  constructor(heading, part, build) {
    this.part = part;
    this.build = build;
    this.job = "";
    this.wanted = "";
    this.shown = "";
    this.content = element("div", "anime-section-content");
    const text = element("h3", "anime-heading", heading);
    this.root = element("details", "anime-section", element("summary", "", text), this.content);
    this.root.addEventListener("toggle", () => this.#load());
  }

  forget() {
    this.job = this.wanted = this.shown = "";
    this.content.replaceChildren();
  }

  /**
   * @param {string} job
   * @param {unknown} changes what tells that there is something newer
   */
  of(job, changes) {
    this.job = job;
    this.wanted = `${job} ${changes}`;
    this.#load();
  }

  async #load() {
    const { wanted } = this;
    if (!this.root.open || !this.job || wanted === this.shown) return;
    if (!this.content.childElementCount) {
      this.content.replaceChildren(element("span", "anime-loading", words("jobs.loading")));
    }
    try {
      const said = await ask(`/anime/jobs/${this.job}/${this.part}`);
      if (wanted !== this.wanted) return;
      this.shown = wanted;
      this.content.replaceChildren(...this.build(said[this.part]));
    } catch (error) {
      if (wanted === this.wanted) this.content.textContent = sentence(error);
    }
  }
}
