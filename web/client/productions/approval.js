/** Request for a person's approval in the production's detail: what was made, and the form. */

import { element } from "../element.js";
import { addressOf, nameOf } from "../parts/files.js";
import { verdictPill } from "../parts/pill.js";
import { ReviewForm } from "../parts/review_form.js";
import { phaseName, words } from "../words.js";

/**
 * @import { WrittenFile } from "../parts/files.js"
 * @import { Phase, Production } from "./production.js"
 */

const APPROVAL = "production_approval"; // code of the reason "a person must approve the attempt"

/**
 * Return true if a production waits for a person's approval.
 *
 * @param {Production} production
 */
export function needsApproval({ state, reason_code: code }) {
  return state === "waiting" && code === APPROVAL;
}

/**
 * Return the reasons of a production's state without the one that asks for approval.
 *
 * @param {Production} production
 */
export function otherReasons({ because }) {
  return because.filter((each) => each.reason_code !== APPROVAL);
}

/** What waits for approval, with the buttons to approve and to reject it. */
export class Approval {
  /** @param {(approved: boolean, reason: string) => Promise<boolean>} send */
  constructor(send) {
    this.text = "";
    this.form = new ReviewForm(send);
    this.made = element("div", "anime-approval-made");
    const heading = element("h3", "anime-heading", words("productions.approval"));
    const parts = [heading, this.made, this.form.root];
    this.root = element("section", "anime-section anime-approval", ...parts);
    this.root.setAttribute("aria-label", words("productions.approval"));
  }

  /** Forget what was written and displayed, because another production is opened. */
  clear() {
    this.form.reason.value = "";
    this.text = "";
    this.made.replaceChildren();
  }

  /** @param {Production} production */
  fill(production) {
    this.root.hidden = !needsApproval(production);
    const phase = production.phases.find((each) => each.state === "waiting");
    const text = this.root.hidden || !phase ? "" : JSON.stringify([phase.id, phase.files]);
    if (text === this.text) return; // a clip that plays goes on
    this.text = text;
    this.made.replaceChildren(...(text && phase ? madeBy(phase) : []));
  }
}

/** @param {Phase} phase */
function madeBy(phase) {
  const attempt = phase.attempts.find((each) => each.chosen);
  const name = phaseName(phase.phase, phase.name);
  const caption = element("div", "anime-attempt-head", element("strong", "", name));
  if (attempt) caption.append(words("detail.attempt", { number: attempt.number }));
  if (attempt?.verdict) caption.append(verdictPill(attempt.verdict, attempt.score));
  const file = phase.files.find((each) => each.exists && each.width !== null);
  return file ? [caption, view(file)] : [caption];
}

/** @param {WrittenFile} file */
function view(file) {
  const label = words("ordering.made", { name: nameOf(file) });
  if (file.kind !== "video") {
    const image = element("img");
    image.alt = label;
    image.src = addressOf(file);
    return image;
  }
  const video = element("video");
  Object.assign(video, { muted: true, loop: true, controls: true, preload: "metadata" });
  video.src = `${addressOf(file)}#t=0.01`; // at time 0 some browsers paint nothing
  video.setAttribute("aria-label", label);
  return video;
}
