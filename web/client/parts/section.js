/** Section of a view, for the job's detail and for productions. */

import { element } from "../element.js";

let idCount = 0;

/** Part of a view under a heading; it is built again only when its data has changed. */
export class Section {
  /**
   * @param {string} heading
   * @param {(data: any) => {parts: (Node | string)[], destroy?: () => void} | null} build returns
   *   the content, or null to hide the section with its heading
   * @param {{folded?: boolean}} [options] folded: only the heading is visible at first
   */
  constructor(heading, build, { folded = false } = {}) {
    this.build = build;
    this.dataText = "";
    this.destroy = () => {};
    this.content = element("div", "anime-section-content");
    const text = element("h3", "anime-heading", heading);
    text.id = `anime-heading-${++idCount}`;
    if (folded) {
      this.details = element("details", "", element("summary", "", text), this.content);
      this.root = element("section", "anime-section", this.details);
    } else this.root = element("section", "anime-section", text, this.content);
    this.root.setAttribute("aria-labelledby", text.id);
    this.root.hidden = true;
  }

  /**
   * Build the content, unless it was built of the same data before.
   *
   * @param {unknown} data
   */
  fill(data) {
    const dataText = JSON.stringify(data);
    if (dataText === this.dataText) return;
    this.empty();
    this.dataText = dataText;
    const built = this.build(data);
    this.root.hidden = built === null;
    if (!built) return;
    this.destroy = built.destroy ?? (() => {});
    this.content.replaceChildren(...built.parts);
  }

  empty() {
    this.destroy();
    this.destroy = () => {};
    this.dataText = "";
    this.content.replaceChildren();
    this.root.hidden = true;
  }
}
