/** Form with which a person approves or rejects a job or an attempt of a production. */

import { element } from "../element.js";
import { words } from "../words.js";
import { ActionButton } from "./action_button.js";

const LONGEST = 2000; // characters; the routes refuse a longer reason

let idCount = 0;

/** Field for a reason, with the buttons "Approve" and "Reject". */
export class ReviewForm {
  /**
   * @param {(approved: boolean, reason: string) => Promise<boolean>} send sends the review, and
   *   returns false if it was refused
   */
  constructor(send) {
    this.reason = element("textarea", "anime-input anime-reason");
    this.reason.id = `anime-reason-${++idCount}`;
    this.reason.rows = 2;
    this.reason.maxLength = LONGEST;
    const label = element("label", "anime-label", words("judge.reason"));
    label.htmlFor = this.reason.id;
    const act = async (/** @type {boolean} */ approved) => {
      if (await send(approved, this.reason.value)) this.reason.value = "";
    };
    this.approve = new ActionButton(`✔ ${words("judge.approve")}`, () => act(true));
    this.reject = new ActionButton(`✘ ${words("judge.reject")}`, () => act(false));
    const buttons = element("div", "anime-actions", this.approve.root, this.reject.root);
    this.root = element("div", "anime-review-form", label, this.reason, buttons);
  }
}
