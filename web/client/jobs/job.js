/** Jobs as the list of the sidebar has them: types, names, states and reasons. */

import { language, reasonText, words } from "../words.js";

/**
 * Types of a job in the list, with those fields of `GET /anime/jobs` that the list displays.
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
 * @property {string[]} tags
 * @property {string | null} seed
 * @property {number | null} attempt
 * @property {string} machine
 * @property {string | null} last_heard_at of a lost job: when its ComfyUI last gave a sign of life
 * @property {number | null} process_pid number of the ComfyUI process on its machine
 *
 * @typedef {{id: string, state: State, progress: number | null, verdict: string | null,
 *   score: number | null}} JobEvent detail of an `anime.job` event
 */

/** @type {(keyof ListedJob)[]} */
const LISTED_FIELDS = [
  "id", "project", "episode", "scene", "shot", "character", "state", "progress", "verdict",
  "score", "review", "created_at", "thumbnail", "error", "reason_code", "reason_values", "reason",
  "tags", "seed", "attempt", "machine", "last_heard_at", "process_pid",
]; // prettier-ignore

export const STATES = /** @type {const} */ ([
  "pending", "in_progress", "completed", "failed", "cancelled", "lost",
]); // prettier-ignore

/** Symbols beside the words for states, so that states differ without a colour. */
export const STATE_SYMBOLS = {
  pending: "○",
  in_progress: "◐",
  completed: "●",
  failed: "✘",
  cancelled: "⊘",
  lost: "?",
};

/** States of a job that has ended. A lost job isn't among them: it may continue. */
export const ENDED = new Set(["completed", "failed", "cancelled"]);

/** @type {State[]} */
const UNJUDGED = ["failed", "cancelled", "lost"];

const NAMES = /** @type {const} */ (["project", "episode", "scene", "shot", "character"]);

/**
 * Return a job with only the fields that the list displays, because a list may have a hundred
 * thousand jobs.
 *
 * @param {Record<string, any>} row
 * @returns {ListedJob}
 */
export function listedJob(row) {
  const fields = LISTED_FIELDS.map((name) => [name, row[name]]);
  return /** @type {ListedJob} */ (Object.fromEntries(fields));
}

/**
 * Return a job's most specific name, such as its shot, and in `within` the names above it, such as
 * its project and scene.
 *
 * @param {ListedJob} job
 * @returns {{name: string, within: string}}
 */
export function jobName(job) {
  const [project, episode, scene, shot, character] = NAMES.map((name) => job[name]);
  const name = shot || scene || episode || character || project;
  if (!name) return { name: words("job.unnamed", { id: job.id.slice(0, 8) }), within: "" };
  const within = [project, episode, scene, character].filter((each) => each && each !== name);
  return { name, within: within.join(" · ") };
}

/**
 * Return the state of a job as text, with its progress.
 *
 * @param {ListedJob} job
 */
export function stateText({ state, progress }) {
  const word = words(`state.${state}`);
  if (state !== "in_progress" || !progress) return word;
  return `${word} ${new Intl.NumberFormat(language(), { style: "percent" }).format(progress)}`;
}

/**
 * Return the verdict on a job; null for a job that failed, was cancelled or is lost, because its
 * nodes may have judged only a part of it.
 *
 * @param {{state: State, verdict: string | null}} job
 */
export function verdictOf({ state, verdict }) {
  return UNJUDGED.includes(state) ? null : verdict;
}

/**
 * Return the reason of a job's state or verdict: its error, or the reason of the worst measurement.
 *
 * @param {ListedJob} job
 */
export function jobReason(job) {
  if (job.state === "failed" && job.error) return job.error;
  if (job.state === "lost") return lossReason(job);
  if (UNJUDGED.includes(job.state)) return "";
  if (!job.reason_code || job.reason === null) return "";
  const { reason_code, reason, reason_values } = job;
  return reasonText({ reason_code, reason, reason_values: reason_values ?? {} });
}

/**
 * Return why a job is lost: which process ended without a word, and when it was last heard.
 *
 * @param {{machine: string, last_heard_at: string | null, process_pid: number | null}} job
 */
export function lossReason({ machine, last_heard_at: time, process_pid: process }) {
  if (time === null) return words("job.lost_unknown", { machine });
  const values = { machine, process: String(process), time: clockTime(time) };
  return process === null ? words("job.lost", values) : words("job.lost_process", values);
}

/**
 * Return the seed and the attempt of a job as text; "" for a job that has neither.
 *
 * @param {{seed: string | null, attempt: number | null}} job
 */
export function takeText({ seed, attempt }) {
  return [
    seed === null ? "" : words("detail.seed", { seed }),
    attempt === null ? "" : words("job.attempt", { number: attempt }),
  ]
    .filter(Boolean)
    .join(" · ");
}

/**
 * Return a time as text, with the day unless it is today.
 *
 * @param {string} time
 */
function clockTime(time) {
  const date = new Date(time);
  const isToday = date.toDateString() === new Date().toDateString();
  /** @type {Intl.DateTimeFormatOptions} */
  const style = isToday ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" };
  return new Intl.DateTimeFormat(language(), style).format(date);
}

/**
 * Compare two jobs so that the newer one comes first, in the order of the database.
 *
 * @param {ListedJob} first
 * @param {ListedJob} second
 */
export function newerFirst(first, second) {
  const difference = Date.parse(second.created_at) - Date.parse(first.created_at);
  if (difference) return difference;
  // `Date.parse` drops the microseconds, so times within a millisecond are compared as texts. These
  // are equally long, or one has no fraction.
  if (first.created_at !== second.created_at) return first.created_at < second.created_at ? 1 : -1;
  return first.id < second.id ? 1 : first.id > second.id ? -1 : 0;
}

/**
 * Update a listed job with its fields from the database. A job that has ended stays ended, because
 * the event of its end may arrive here before the database has it.
 *
 * @param {ListedJob | undefined} listed
 * @param {ListedJob} received
 * @returns {ListedJob} the listed object if there is one, else the received one
 */
export function mergeJob(listed, received) {
  if (!listed || listed === received) return received;
  const { state, progress, verdict, score } = listed;
  Object.assign(listed, received);
  if (ENDED.has(state) && !ENDED.has(received.state)) {
    Object.assign(listed, { state, progress, verdict, score });
  }
  return listed;
}
