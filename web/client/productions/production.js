/** Types of productions as the routes describe them, and their reasons and states as text. */

import { element } from "../element.js";
import { namedReason, title, words } from "../words.js";

/**
 * Types of productions, as the routes describe them.
 *
 * @import { WrittenFile } from "../parts/files.js"
 * @import { Reason } from "../words.js"
 *
 * @typedef {"queued" | "running" | "waiting" | "completed" | "failed" | "cancelled"} State
 *
 * @typedef {object} ListedProduction
 * @property {string} id
 * @property {string} project
 * @property {string | null} character
 * @property {string | null} prompt
 * @property {State} state
 * @property {string | null} reason
 * @property {string} created_at
 * @property {string} phase
 * @property {number} position of the phase, counted from 0
 * @property {number} phases
 * @property {number} attempt
 *
 * @typedef {{id: string, state: State, phase: string, attempt: number, progress: number}}
 *   ProductionEvent
 *
 * @typedef {object} Attempt
 * @property {string} id
 * @property {number} number
 * @property {string} state
 * @property {number | null} seed
 * @property {string | null} job_id
 * @property {string | null} verdict
 * @property {number | null} score
 * @property {string | null} reason
 * @property {Reason[]} because
 * @property {boolean} chosen
 * @property {number | null} progress
 * @property {string | null} thumbnail route that serves a small picture of the attempt's job
 * @property {string} started_at
 * @property {string | null} finished_at
 *
 * @typedef {object} Phase
 * @property {string} id
 * @property {string} phase
 * @property {string} name
 * @property {string} kind
 * @property {string} state
 * @property {number} attempt_limit
 * @property {string | null} reason
 * @property {Reason[]} because
 * @property {WrittenFile[]} files
 * @property {Attempt[]} attempts
 *
 * @typedef {{kind: string, from_state: string | null, to_state: string | null, reason: string,
 *   because: Reason[], decided_by: string, decided_at: string}} Decision
 *
 * @typedef {object} Production
 * @property {string} id
 * @property {string} project
 * @property {State} state
 * @property {string} phase
 * @property {number} attempt
 * @property {number} progress 0–1
 * @property {string | null} reason_code
 * @property {string | null} reason
 * @property {Reason[]} because
 * @property {string} created_at
 * @property {string | null} finished_at
 * @property {Record<string, any>} request
 * @property {Phase[]} phases
 * @property {Decision[]} decisions
 */

/** Symbols beside the words for the states of productions, phases and attempts. */
const SYMBOLS = {
  queued: "○",
  running: "◐",
  waiting: "◇",
  completed: "●",
  passed: "✔",
  failed: "✘",
  cancelled: "⊘",
  rejected: "✘",
  lost: "?",
  superseded: "⊘",
};

/**
 * Return the reasons for a state as text, one line for each reason.
 *
 * @param {{because: Reason[], reason: string | null}} recorded `because` is empty if an older
 *   version recorded the reason, or if the reason has no translation
 */
export function reasonsText({ because, reason }) {
  return because.length ? because.map(namedReason).join("\n") : withoutVerdict(reason ?? "");
}

/**
 * Return the English reason of a gate without its verdict and score, which are displayed elsewhere.
 *
 * @param {string} reason "merged: FAIL, 42 of 100", then a line "- measurement: reason" for each
 */
function withoutVerdict(reason) {
  return reason
    .replace(/[\w.]+: (PASS|FAIL|NOT_MEASURED)(, \d+ of 100)?(\n|$)/, "")
    .replace(/^- ([\w.]+): /gm, (_, name) => `${title(name)}: `)
    .replace(/(: )- ([\w.]+): /, (_, before, name) => `${before}${title(name)}: `);
}

/**
 * Return a state as an element with its symbol and word. An unknown state is displayed as lost.
 *
 * @param {string} state
 */
export function stateLabel(state) {
  const name = /** @type {keyof typeof SYMBOLS} */ (Object.hasOwn(SYMBOLS, state) ? state : "lost");
  const label = element("span", "anime-state", `${SYMBOLS[name]} ${words(`progress.${name}`)}`);
  label.dataset.state = state;
  return label;
}
