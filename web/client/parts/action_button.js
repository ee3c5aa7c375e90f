/** Button of the sidebar that explains why it is disabled. */

import { element } from "../element.js";

let idCount = 0;

/** Button that can be disabled with a reason, which it displays and screen readers read out. */
export class ActionButton {
  /**
   * @param {string} text
   * @param {() => unknown} act called on a press; presses are ignored until its promise settles
   * @param {"" | "primary" | "danger"} [kind]
   */
  constructor(text, act, kind = "") {
    this.act = act;
    this.reason = "";
    this.busy = false;
    this.button = element("button", `anime-action ${kind && `anime-${kind}`}`.trim(), text);
    this.button.type = "button";
    this.button.addEventListener("click", () => this.#press());
    this.reasonText = element("span", "anime-visually-hidden");
    this.reasonText.id = `anime-disabled-reason-${++idCount}`;
    this.root = element("span", "anime-action-place", this.button, this.reasonText);
  }

  /**
   * Disable the button with a reason, or enable it.
   *
   * @param {string} [reason] the button is enabled if this is empty
   */
  setDisabledReason(reason = "") {
    this.reason = reason;
    this.reasonText.textContent = reason;
    this.button.title = reason;
    // With `aria-disabled` instead of `disabled` the button can have the focus, so that users of a
    // keyboard or a screen reader reach the reason too.
    this.button.setAttribute("aria-disabled", String(Boolean(reason)));
    if (reason) this.button.setAttribute("aria-describedby", this.reasonText.id);
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
