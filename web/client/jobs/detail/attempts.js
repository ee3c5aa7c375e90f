/** Sections of a job's detail: the job's error, and the attempts of its retries. */

import { element } from "../../element.js";
import { verdictPill } from "../../parts/pill.js";
import { attemptsOf } from "../../report/retry.js";
import { namedReason, words } from "../../words.js";

/** @import { JobError, NodeReport, RetryAttempt } from "./job_answer.js" */

/**
 * Return the error of a job as the content of a section.
 *
 * @param {JobError | null} error
 */
export function failure(error) {
  if (!error) return null;
  const nodeText = words("detail.error_node", { node: error.node_id, type: error.node_type });
  /** @type {HTMLElement[]} */
  const parts = [
    element("p", "anime-error", error.message || error.exception),
    element("p", "anime-quiet", nodeText),
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
 * Return the attempts of a job's retries as the content of a section, with their results.
 *
 * @param {{attempts: RetryAttempt[], reports: NodeReport[]}} job
 */
export function retries({ attempts, reports }) {
  if (attempts.length === 0) return null;
  const rows = attempts.map((attempt) => {
    const { number, seed, verdict, score, chosen } = attempt;
    const name = words("detail.attempt", { number });
    const head = element("div", "anime-attempt-head", element("strong", "", name));
    const from = element("span", "anime-quiet", words("detail.seed", { seed }));
    head.append(verdictPill(verdict, score), from);
    if (chosen) head.append(element("span", "anime-chosen-mark", `★ ${words("detail.chosen")}`));
    const row = element("li", "anime-attempt", head);
    const reason = failureReason(attempt, reports);
    if (reason) row.append(element("div", "anime-quiet anime-lines", reason));
    if (chosen) row.setAttribute("aria-current", "true");
    return row;
  });
  return { parts: [element("ol", "anime-attempt-list", ...rows)] };
}

/**
 * Return why an attempt didn't pass, from its report. If that report is missing, return the
 * recorded reason in English.
 *
 * @param {RetryAttempt} attempt
 * @param {NodeReport[]} reports of the job
 */
function failureReason({ node_id: node, number, seed, reason }, reports) {
  const nodeReports = reports.filter((each) => each.node_id === node);
  const reported = nodeReports.flatMap(({ report }) => report.measurements.flatMap(attemptsOf));
  // The seed is a text in the attempt and a number in the report. Both are compared as numbers,
  // because the browser has rounded those above 2 ** 53.
  const match = reported.find((each) => each.attempt === number && each.seed === Number(seed));
  if (!match) return reason;
  const failing = match.report.measurements.filter(
    (each) => each.required && each.verdict !== "PASS",
  );
  return failing.map(namedReason).join("\n");
}
