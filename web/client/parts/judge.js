import { element } from "../element.js";
import { words } from "../words.js";
import { Action } from "./action.js";

const LONGEST = 2000; // characters that the routes take

let made = 0;

/** A reason, and the buttons "Approve" and "Reject". */
export class Judge {
  /** @param {(approved: boolean, reason: string) => Promise<boolean>} judge whether it was taken */
  constructor(judge) {
    this.reason = element("textarea", "anime-reason");
    this.reason.id = `anime-reason-${++made}`;
    this.reason.rows = 2;
    this.reason.maxLength = LONGEST;
    const label = element("label", "anime-label", words("judge.reason"));
    label.htmlFor = this.reason.id;
    const act = async (/** @type {boolean} */ approved) => {
      if (await judge(approved, this.reason.value)) this.reason.value = "";
    };
    this.approve = new Action(`✔ ${words("judge.approve")}`, () => act(true));
    this.reject = new Action(`✘ ${words("judge.reject")}`, () => act(false));
    const buttons = element("div", "anime-actions", this.approve.root, this.reject.root);
    this.root = element("div", "anime-judge", label, this.reason, buttons);
  }
}
