/** Row of the list of productions. */

import { element } from "../element.js";
import { age } from "../jobs/age.js";
import { progressBar } from "../parts/pill.js";
import { phaseName, words } from "../words.js";
import { stateLabel } from "./production.js";

/** @import { ListedProduction, ProductionEvent } from "./production.js" */

/** Row of one production in the list. */
export class Row {
  /** @param {() => void} open */
  constructor(open) {
    /** @type {ListedProduction | null} */
    this.production = null;
    this.root = element("button", "anime-production");
    this.root.type = "button";
    this.root.addEventListener("click", open);
    this.item = element("li", "", this.root);
  }

  /**
   * Display a production.
   *
   * @param {ListedProduction} production
   */
  fill(production) {
    this.production = production;
    const { project, character, prompt, state, phase, position, phases, attempt } = production;
    const names = [project, character].filter(Boolean).join(" · ");
    const name = element("span", "anime-job-name", names || prompt || "");
    const top = element("span", "anime-job-top", name);
    top.append(element("span", "anime-job-age", age(production.created_at)));
    const positionText = words(attempt > 0 ? "productions.at" : "productions.at_start", {
      number: position + 1,
      phases,
      phase: phaseName(phase),
      attempt,
    });
    const ended = state === "completed";
    const bottom = element("span", "anime-production-bottom", stateLabel(state));
    bottom.append(element("span", "anime-quiet", ended ? "" : positionText));
    const parts = [top];
    if (prompt && names) parts.push(element("span", "anime-production-prompt", prompt));
    parts.push(bottom);
    if (!ended) {
      parts.push(progressBar(position / Math.max(phases, 1), words("productions.progress")));
    }
    this.root.replaceChildren(...parts);
  }

  /**
   * Apply an event of the production.
   *
   * @param {ProductionEvent} event
   */
  handleEvent({ state, phase, attempt, progress }) {
    if (!this.production) return;
    const { phases } = this.production;
    const position = Math.min(Math.floor(progress * phases + 1e-6), phases - 1);
    this.fill({ ...this.production, state, phase, attempt, position });
    const bar = this.root.querySelector("progress");
    if (bar) bar.value = progress;
  }
}
