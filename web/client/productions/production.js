import { element } from "../element.js";
import { namedReason, title, words } from "../words.js";

/**
 * What the routes tell of productions.
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
 * @property {number} position of the phase, from 0 on
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

/** Of productions, phases and attempts: a symbol beside the word. */
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
 * Why something stands where it does, a line for each part.
 *
 * @param {{because: Reason[], reason: string | null}} given without parts where it was written down
 *   by an older version, or nobody translates it
 */
export function whyText({ because, reason }) {
  return because.length ? because.map(namedReason).join("\n") : inEnglish(reason ?? "");
}

/**
 * What gates said of an attempt, without the verdict and score that stand beside it.
 *
 * @param {string} reason "merged: FAIL, 42 of 100", then a line "- measurement: why" for each
 */
function inEnglish(reason) {
  return reason
    .replace(/[\w.]+: (PASS|FAIL|NOT_MEASURED)(, \d+ of 100)?(\n|$)/, "")
    .replace(/^- ([\w.]+): /gm, (_, name) => `${title(name)}: `)
    .replace(/(: )- ([\w.]+): /, (_, before, name) => `${before}${title(name)}: `);
}

/**
 * Where something stands: symbol and word.
 *
 * @param {string} state
 */
export function standing(state) {
  const name = Object.hasOwn(SYMBOLS, state) ? state : "lost";
  const known = /** @type {keyof typeof SYMBOLS} */ (name);
  const made = element("span", "anime-state", `${SYMBOLS[known]} ${words(`progress.${known}`)}`);
  made.dataset.state = state;
  return made;
}
