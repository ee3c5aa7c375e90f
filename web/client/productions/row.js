import { element } from "../element.js";
import { age } from "../jobs/age.js";
import { bar } from "../parts/pill.js";
import { phaseName, words } from "../words.js";
import { standing } from "./production.js";

/** @import { ListedProduction, ProductionEvent } from "./production.js" */

/** One production in the list. */
export class Row {
  /** @param {() => void} open */
  constructor(open) {
    /** @type {ListedProduction | null} */
    this.shown = null;
    this.root = element("button", "anime-production");
    this.root.type = "button";
    this.root.addEventListener("click", open);
    this.place = element("li", "", this.root);
  }

  /** @param {ListedProduction} production */
  fill(production) {
    this.shown = production;
    const { project, character, prompt, state, phase, position, phases, attempt } = production;
    const title = [project, character].filter(Boolean).join(" · ");
    const top = element("span", "anime-job-top", element("span", "anime-job-name", title));
    top.append(element("span", "anime-job-age", age(production.created_at)));
    const at = words("productions.at", {
      number: position + 1,
      phases,
      phase: phaseName(phase),
      attempt,
    });
    const ended = state === "completed";
    const bottom = element("span", "anime-production-bottom", standing(state));
    bottom.append(element("span", "anime-quiet", ended ? "" : at));
    const parts = [top];
    if (prompt) parts.push(element("span", "anime-production-prompt", prompt));
    parts.push(bottom);
    if (!ended) parts.push(this.#bar(position / Math.max(phases, 1)));
    this.root.replaceChildren(...parts);
  }

  /** @param {ProductionEvent} event */
  told({ state, phase, attempt, progress }) {
    if (!this.shown) return;
    const { phases } = this.shown;
    const position = Math.min(Math.floor(progress * phases + 1e-6), phases - 1);
    this.fill({ ...this.shown, state, phase, attempt, position });
    const shown = this.root.querySelector("progress");
    if (shown) shown.value = progress;
  }

  /** @param {number} part */
  #bar(part) {
    return bar(part, words("productions.progress"));
  }
}
