/** Attempt of a phase, as an item of a list: its picture, verdict, score and reasons. */

import { api } from "../../../scripts/api.js";
import { element } from "../element.js";
import { progressBar, verdictPill } from "../parts/pill.js";
import { duration, seconds } from "../parts/times.js";
import { words } from "../words.js";
import { reasonsText, stateLabel } from "./production.js";

/** @import { Attempt } from "./production.js" */

/** Item of one attempt; its picture and the button beside it open the attempt's job. */
export class AttemptItem {
  /** @param {{openJob(id: string): void}} navigation */
  constructor(navigation) {
    this.job = "";
    this.text = "";
    this.address = "";
    const openJob = () => navigation.openJob(this.job);
    this.head = element("div", "anime-attempt-head");
    this.facts = element("span", "");
    this.open = element("button", "anime-link", words("productions.job"));
    this.open.type = "button";
    this.open.addEventListener("click", openJob);
    // The button beside it does the same, so the picture needs no stop of the Tab key.
    this.picture = element("span", "anime-attempt-picture");
    this.picture.addEventListener("click", () => this.job && openJob());
    this.bar = progressBar(0, words("productions.progress"));
    this.reasons = element("div", "anime-lines");
    const line = element("div", "anime-quiet", this.facts, " ", this.open);
    const text = element("div", "anime-attempt-text", this.head, line, this.bar, this.reasons);
    this.root = element("li", "anime-attempt", this.picture, text);
  }

  /** @param {Attempt} attempt */
  fill(attempt) {
    this.bar.hidden = attempt.state !== "running";
    this.bar.value = attempt.progress ?? 0;
    this.#showPicture(attempt);
    const text = JSON.stringify({ ...attempt, progress: null });
    if (text === this.text) return;
    this.text = text;
    const { number, state, seed, job_id: job, verdict, score, chosen } = attempt;
    const name = words("detail.attempt", { number });
    this.head.replaceChildren(element("strong", "", name));
    this.head.append(verdict ? verdictPill(verdict, score) : stateLabel(state));
    if (verdict && !["passed", "failed"].includes(state)) this.head.append(stateLabel(state));
    if (chosen) {
      this.head.append(element("span", "anime-chosen-mark", `★ ${words("detail.chosen")}`));
    }
    const elapsed = seconds(attempt.started_at, attempt.finished_at);
    const facts = [seed === null ? "" : words("detail.seed", { seed })];
    if (elapsed !== null && attempt.finished_at) facts.push(duration(elapsed));
    this.facts.textContent = facts.filter(Boolean).join(" · ");
    this.job = job ?? "";
    this.open.hidden = !job;
    this.open.setAttribute("aria-label", words("productions.job_of", { number }));
    this.reasons.textContent = reasonsText(attempt);
    this.reasons.hidden = !this.reasons.textContent;
  }

  /** @param {Attempt} attempt */
  #showPicture({ thumbnail, state }) {
    this.picture.dataset.state = thumbnail ? "" : state;
    if (thumbnail === this.address) return;
    this.address = thumbnail ?? "";
    if (!thumbnail) return;
    const image = element("img");
    image.alt = "";
    image.addEventListener("error", () => {
      image.remove();
      this.address = ""; // it is loaded again with the next answer
    });
    image.src = api.apiURL(thumbnail);
    this.picture.replaceChildren(image);
  }
}
