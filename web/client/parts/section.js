import { element } from "../element.js";

let made = 0;

/** A part of a view under a heading, which is built anew only where what it shows has changed. */
export class Section {
  /**
   * @param {string} heading
   * @param {(data: any) => {parts: (Node | string)[], destroy?: () => void} | null} build null:
   *   there is nothing to show, and no heading either
   * @param {{folded?: boolean}} [options] folded: only its heading is seen at first
   */
  constructor(heading, build, { folded = false } = {}) {
    this.build = build;
    this.shown = "";
    this.destroy = () => {};
    this.content = element("div", "anime-section-content");
    const text = element("h3", "anime-heading", heading);
    text.id = `anime-heading-${++made}`;
    if (folded) {
      this.details = element("details", "", element("summary", "", text), this.content);
      this.root = element("section", "anime-section", this.details);
    } else this.root = element("section", "anime-section", text, this.content);
    this.root.setAttribute("aria-labelledby", text.id);
    this.root.hidden = true;
  }

  /** @param {unknown} data */
  fill(data) {
    const seen = JSON.stringify(data);
    if (seen === this.shown) return;
    this.empty();
    this.shown = seen;
    const built = this.build(data);
    this.root.hidden = built === null;
    if (!built) return;
    this.destroy = built.destroy ?? (() => {});
    this.content.replaceChildren(...built.parts);
  }

  empty() {
    this.destroy();
    this.destroy = () => {};
    this.shown = "";
    this.content.replaceChildren();
    this.root.hidden = true;
  }
}
