import { element } from "../../element.js";
import { pill } from "../../parts/pill.js";
import { roundsOf } from "../../report/retry.js";
import { namedReason, words } from "../../words.js";

/** @import { JobError, NodeReport, RetryAttempt } from "./job_answer.js" */

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
 * @param {{attempts: RetryAttempt[], reports: NodeReport[]}} told
 */
export function retries({ attempts, reports }) {
  if (attempts.length === 0) return null;
  const rows = attempts.map((attempt) => {
    const { number, seed, verdict, score, chosen } = attempt;
    const name = words("detail.attempt", { number });
    const head = element("div", "anime-attempt-head", element("strong", "", name));
    const from = element("span", "anime-quiet", words("detail.seed", { seed }));
    head.append(pill(verdict, score), from);
    if (chosen) head.append(element("span", "anime-chosen-mark", `★ ${words("detail.chosen")}`));
    const row = element("li", "anime-attempt", head);
    const reason = why(attempt, reports);
    if (reason) row.append(element("div", "anime-quiet anime-lines", reason));
    if (chosen) row.setAttribute("aria-current", "true");
    return row;
  });
  return { parts: [element("ol", "anime-attempt-list", ...rows)] };
}

/**
 * Why a round didn't pass, from the report that came of it; in English where that isn't there.
 *
 * @param {RetryAttempt} attempt
 * @param {NodeReport[]} reports of the job
 */
function why({ node_id: node, number, seed, reason }, reports) {
  const of_node = reports.filter((each) => each.node_id === node);
  const made = of_node.flatMap(({ report }) => report.measurements.flatMap(roundsOf));
  // A report has its seeds as numbers, which the browser rounds above 2 ** 53.
  const round = made.find((each) => each.attempt === number && each.seed === Number(seed));
  if (!round) return reason;
  const against = round.report.measurements.filter(
    (each) => each.required && each.verdict !== "PASS",
  );
  return against.map(namedReason).join("\n");
}
