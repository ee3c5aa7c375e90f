/** Phases of a production with their attempts, for the production's detail. */

import { element } from "../element.js";
import { fileList } from "../parts/files.js";
import { phaseName, words } from "../words.js";
import { AttemptItem } from "./attempt_item.js";
import { reasonsText, stateLabel } from "./production.js";

/** @import { Phase } from "./production.js" */

/**
 * Phases of a production as a list of cards, each with its attempts and the files it wrote. What
 * has not changed stays as it is, so that pictures don't flicker and the focus isn't lost.
 */
export class PhaseList {
  /** @param {{openJob(id: string): void}} navigation */
  constructor(navigation) {
    this.navigation = navigation;
    /** @type {Map<string, PhaseCard>} */
    this.cards = new Map();
    const heading = element("h3", "anime-heading", words("productions.phases"));
    heading.id = "anime-production-phases";
    this.list = element("ol", "anime-phases");
    this.root = element("section", "anime-section", heading, this.list);
    this.root.setAttribute("aria-labelledby", heading.id);
    this.empty();
  }

  /** @param {Phase[]} phases */
  fill(phases) {
    this.root.hidden = phases.length === 0;
    for (const phase of phases) {
      let card = this.cards.get(phase.id);
      if (!card) {
        card = new PhaseCard(this.navigation);
        this.cards.set(phase.id, card);
        this.list.append(card.root);
      }
      card.fill(phase);
    }
  }

  empty() {
    this.root.hidden = true;
    this.cards.clear();
    this.list.replaceChildren();
  }
}

/** Card of one phase. */
class PhaseCard {
  /** @param {{openJob(id: string): void}} navigation */
  constructor(navigation) {
    this.navigation = navigation;
    /** @type {Map<string, AttemptItem>} */
    this.items = new Map();
    this.filesText = "";
    this.head = element("div", "anime-phase-head");
    this.count = element("div", "anime-quiet");
    this.reason = element("p", "anime-lines");
    this.attempts = element("ul", "anime-attempt-list");
    this.files = element("div", "anime-card-content");
    const parts = [this.head, this.count, this.reason, this.attempts, this.files];
    this.root = element("li", "anime-card", ...parts);
  }

  /** @param {Phase} phase */
  fill(phase) {
    const { name, state, attempts, attempt_limit: limit, reason } = phase;
    const title = element("h4", "anime-card-heading", phaseName(phase.phase, name));
    this.head.replaceChildren(title, stateLabel(state));
    const number = new Set(attempts.map((each) => each.number)).size;
    this.count.hidden = number === 0;
    this.count.textContent = words("productions.attempts", { number, limit });
    const last = attempts.at(-1)?.reason;
    const isOwn = reason && reason !== last && !["failed", "waiting"].includes(state);
    this.reason.hidden = !isOwn;
    this.reason.textContent = isOwn ? reasonsText(phase) : "";
    this.attempts.hidden = attempts.length === 0;
    for (const attempt of attempts) {
      let item = this.items.get(attempt.id);
      if (!item) {
        item = new AttemptItem(this.navigation);
        this.items.set(attempt.id, item);
        this.attempts.append(item.root);
      }
      item.fill(attempt);
    }
    this.#fillFiles(phase);
  }

  /** @param {Phase} phase */
  #fillFiles({ files }) {
    const text = JSON.stringify(files);
    if (text === this.filesText) return;
    this.filesText = text;
    this.files.hidden = files.length === 0;
    const label = element("div", "anime-label", words("productions.gives"));
    this.files.replaceChildren(...(files.length ? [label, fileList(files)] : []));
  }
}
