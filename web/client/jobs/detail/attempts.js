import { element } from "../../element.js";
import { pill } from "../../parts/pill.js";
import { words } from "../../words.js";

/** @import { JobError, RetryAttempt } from "./job_answer.js" */

/**
 * Why a job failed.
 *
 * @param {JobError | null} error
 */
export function failure(error) {
  if (!error) return null;
  const where = words("detail.error_node", { node: error.node_id, type: error.node_type });
  /** @type {HTMLElement[]} */
  const parts = [
    element("p", "anime-error", error.message || error.exception),
    element("p", "anime-quiet", where),
  ];
  if (error.traceback) {
    const summary = element("summary", "", words("detail.traceback"));
    const trace = element("pre", "anime-trace", error.traceback);
    trace.tabIndex = 0; // it scrolls
    parts.push(element("details", "", summary, trace));
  }
  return { parts };
}

/**
 * What every round of a retry came to.
 *
 * @param {RetryAttempt[]} attempts
 */
export function retries(attempts) {
  if (attempts.length === 0) return null;
  const rows = attempts.map(({ number, seed, verdict, score, reason, chosen }) => {
    const name = words("detail.attempt", { number });
    const head = element("div", "anime-attempt-head", element("strong", "", name));
    const from = element("span", "anime-quiet", words("detail.seed", { seed }));
    head.append(pill(verdict, score), from);
    if (chosen) head.append(element("span", "anime-chosen-mark", `★ ${words("detail.chosen")}`));
    const row = element("li", "anime-attempt", head);
    if (reason) row.append(element("div", "anime-quiet anime-lines", reason));
    if (chosen) row.setAttribute("aria-current", "true");
    return row;
  });
  return { parts: [element("ol", "anime-attempt-list", ...rows)] };
}
