/** Sections of a job's detail: the job's error, and the attempts of its retries. */

import { element } from "../../element.js";
import { verdictPill } from "../../parts/pill.js";
import { attemptsOf } from "../../report/retry.js";
import { namedReason, words } from "../../words.js";
import { snapshotPicture } from "./snapshots.js";

/** @import { JobError, NodeReport, RetryAttempt, Snapshot } from "./job_answer.js" */
/** @import { ReportedAttempt } from "../../report/retry.js" */

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
    const match = reportedAttempt(attempt, reports);
    const row = element("li", "anime-attempt", head);
    const picture = match && pictureOf(match.reported, match.snapshots);
    if (picture) {
      const image = snapshotPicture(picture, words("asking.attempt_picture", { name }));
      image.className = "anime-attempt-picture";
      row.prepend(image);
    }
    const reason = failureReason(attempt, match?.reported);
    if (reason) row.append(element("div", "anime-quiet anime-lines", reason));
    if (chosen) row.setAttribute("aria-current", "true");
    return row;
  });
  return { parts: [element("ol", "anime-attempt-list anime-side-by-side", ...rows)] };
}

/**
 * Return why an attempt didn't pass, from its report. If that report is missing, return the
 * recorded reason in English.
 *
 * @param {RetryAttempt} attempt
 * @param {ReportedAttempt} [reported]
 */
function failureReason({ reason }, reported) {
  if (!reported) return reason;
  const failing = reported.report.measurements.filter(
    (each) => each.required && each.verdict !== "PASS",
  );
  return failing.map(namedReason).join("\n");
}

/**
 * Return an attempt as the report of its Retry End has it, with the small pictures of that report.
 *
 * @param {RetryAttempt} attempt
 * @param {NodeReport[]} reports of the job
 * @returns {{reported: ReportedAttempt, snapshots: Snapshot[]} | undefined}
 */
function reportedAttempt({ node_id: node, number, seed }, reports) {
  const candidates = reports
    .filter((each) => each.node_id === node)
    .flatMap(({ report, snapshots = [] }) =>
      report.measurements.flatMap(attemptsOf).map((reported) => ({ reported, snapshots })),
    );
  // The seed is a text in the attempt and a number in the report. Both are compared as numbers,
  // because the browser has rounded those above 2 ** 53.
  return candidates.find(
    ({ reported }) => reported.attempt === number && reported.seed === Number(seed),
  );
}

/**
 * Return the small picture of an attempt: its worst frame if there is one of it.
 *
 * @param {ReportedAttempt} reported
 * @param {Snapshot[]} snapshots
 */
function pictureOf({ report, snapshots: sets = [] }, snapshots) {
  const own = snapshots.filter((each) => sets.includes(each.set));
  return own.find((each) => each.frame === report.worst?.frame) ?? own[0];
}
