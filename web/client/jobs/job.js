import { language, reasonText, words } from "../words.js";

/**
 * A job as the list has it: what `GET /anime/jobs` tells of each, but no more than is shown.
 *
 * @typedef {"pending" | "in_progress" | "completed" | "failed" | "cancelled" | "lost"} State
 *
 * @typedef {object} ListedJob
 * @property {string} id
 * @property {string} project
 * @property {string} episode
 * @property {string} scene
 * @property {string} shot
 * @property {string} character
 * @property {State} state
 * @property {number | null} progress 0–1
 * @property {string | null} verdict
 * @property {number | null} score
 * @property {"approved" | "rejected" | null} review
 * @property {string} created_at
 * @property {string | null} thumbnail
 * @property {string | null} error
 * @property {string | null} reason_code
 * @property {Record<string, unknown> | null} reason_values
 * @property {string | null} reason
 *
 * @typedef {{id: string, state: State, progress: number | null, verdict: string | null,
 *   score: number | null}} JobEvent of `anime.job`
 */

/** @type {(keyof ListedJob)[]} */
const SHOWN = [
  "id", "project", "episode", "scene", "shot", "character", "state", "progress", "verdict",
  "score", "review", "created_at", "thumbnail", "error", "reason_code", "reason_values", "reason",
]; // prettier-ignore

export const STATES = /** @type {const} */ ([
  "pending", "in_progress", "completed", "failed", "cancelled", "lost",
]); // prettier-ignore

/** A symbol beside the word, so that states differ without a colour. */
export const STATE_SYMBOLS = {
  pending: "○",
  in_progress: "◐",
  completed: "●",
  failed: "✘",
  cancelled: "⊘",
  lost: "?",
};

/** States of a job that has ended. A lost one may come back. */
export const OVER = new Set(["completed", "failed", "cancelled"]);

/** @type {State[]} */
const UNJUDGED = ["failed", "cancelled", "lost"];

const NAMES = /** @type {const} */ (["project", "episode", "scene", "shot", "character"]);

/**
 * Without what nothing here shows: there may be a hundred thousand of them.
 *
 * @param {Record<string, any>} row
 * @returns {ListedJob}
 */
export function listedJob(row) {
  return /** @type {ListedJob} */ (Object.fromEntries(SHOWN.map((name) => [name, row[name]])));
}

/**
 * What a job is called, the nearest name it has, and the names that this is within.
 *
 * @param {ListedJob} job
 * @returns {{name: string, within: string}}
 */
export function named(job) {
  const given = NAMES.map((name) => job[name]);
  const [project, episode, scene, shot, character] = given;
  const name = shot || scene || episode || character || project;
  if (!name) return { name: words("job.unnamed", { id: job.id.slice(0, 8) }), within: "" };
  const within = [project, episode, scene, character].filter((each) => each && each !== name);
  return { name, within: within.join(" · ") };
}

/**
 * Where a job stands, in words.
 *
 * @param {ListedJob} job
 */
export function stateText({ state, progress }) {
  const word = words(`state.${state}`);
  if (state !== "in_progress" || !progress) return word;
  return `${word} ${new Intl.NumberFormat(language(), { style: "percent" }).format(progress)}`;
}

/**
 * The verdict on what a job made; null for one that failed, was cancelled or is lost: whatever its
 * nodes measured before, it came to no end that could be judged.
 *
 * @param {{state: State, verdict: string | null}} job
 */
export function verdictOf({ state, verdict }) {
  return UNJUDGED.includes(state) ? null : verdict;
}

/**
 * Why it is as it is: what failed, or the worst that was measured.
 *
 * @param {ListedJob} job
 */
export function why(job) {
  if (job.state === "failed" && job.error) return job.error;
  if (UNJUDGED.includes(job.state)) return "";
  if (!job.reason_code || job.reason === null) return "";
  const { reason_code, reason, reason_values } = job;
  return reasonText({ reason_code, reason, reason_values: reason_values ?? {} });
}

/**
 * The newer first, as the database orders them.
 *
 * @param {ListedJob} first
 * @param {ListedJob} second
 */
export function newerFirst(first, second) {
  const apart = Date.parse(second.created_at) - Date.parse(first.created_at);
  if (apart) return apart; // beyond milliseconds the texts are equally long, or one has no fraction
  if (first.created_at !== second.created_at) return first.created_at < second.created_at ? 1 : -1;
  return first.id < second.id ? 1 : first.id > second.id ? -1 : 0;
}

/**
 * Bring a known job up to what the database says, to which an end may come later than to us.
 *
 * @param {ListedJob | undefined} known
 * @param {ListedJob} said
 * @returns {ListedJob} the known one, if there is one
 */
export function merged(known, said) {
  if (!known || known === said) return said;
  const { state, progress, verdict, score } = known;
  Object.assign(known, said);
  if (OVER.has(state) && !OVER.has(said.state)) {
    Object.assign(known, { state, progress, verdict, score });
  }
  return known;
}
