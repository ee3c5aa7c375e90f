import { element } from "../element.js";

let made = 0;

/** A button that says why it can't be used where it can't, instead of only being grey. */
export class Action {
  /**
   * @param {string} text
   * @param {() => unknown} act what it does; it takes no second press as long as this goes on
   * @param {"" | "primary" | "danger"} [kind]
   */
  constructor(text, act, kind = "") {
    this.act = act;
    this.reason = "";
    this.busy = false;
    this.button = element("button", `anime-action ${kind && `anime-${kind}`}`.trim(), text);
    this.button.type = "button";
    this.button.addEventListener("click", () => this.#press());
    this.why = element("span", "anime-unseen");
    this.why.id = `anime-why-${++made}`;
    this.root = element("span", "anime-action-place", this.button, this.why);
  }

  /** @param {string} [reason] why it can't be used now; none: it can */
  allow(reason = "") {
    this.reason = reason;
    this.why.textContent = reason;
    this.button.title = reason;
    // It keeps the focus and can be reached, so that everybody learns the reason.
    this.button.setAttribute("aria-disabled", String(Boolean(reason)));
    if (reason) this.button.setAttribute("aria-describedby", this.why.id);
    else this.button.removeAttribute("aria-describedby");
  }

  async #press() {
    if (this.reason || this.busy) return;
    this.busy = true;
    this.button.setAttribute("aria-busy", "true");
    try {
      await this.act();
    } finally {
      this.busy = false;
      this.button.removeAttribute("aria-busy");
    }
  }
}
