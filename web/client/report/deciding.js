/** Choice of the measurements that a report displays, for nodes and the sidebar. */

/** @import { Measurement, Report } from "./types.js" */

const MOST_OF_A_PASS = 2; // measurements of a passed report: the weakest ones
const MOST_FAILING = 3; // measurements of a failed report

/**
 * Return the measurements that decided a report's verdict, the one that explains it best first.
 *
 * These are the measurements that don't pass, or the weakest ones if all pass. If no measurement is
 * required, they are the first ones of the report.
 *
 * @param {Report} report
 * @returns {{listed: Measurement[], more: number}} `more`: number of failing ones that are not
 *   listed
 */
export function decidingMeasurements(report) {
  const ordered = inOrder(report);
  if (ordered.length === 0) {
    return { listed: report.measurements.slice(0, MOST_OF_A_PASS), more: 0 };
  }
  const failing = ordered.filter((each) => each.verdict !== "PASS");
  if (failing.length === 0) return { listed: ordered.slice(0, MOST_OF_A_PASS), more: 0 };
  return {
    listed: failing.slice(0, MOST_FAILING),
    more: Math.max(failing.length - MOST_FAILING, 0),
  };
}

/**
 * Return the measurements that have a curve, that is, a value for more than one frame. Those that
 * decided the verdict come first.
 *
 * @param {Report} report
 * @returns {Measurement[]}
 */
export function withCurve(report) {
  const decided = inOrder(report);
  const informative = report.measurements.filter((each) => !decided.includes(each));
  return [...decided, ...informative].filter(
    (each) => each.per_frame.filter((value) => value !== null).length > 1,
  );
}

/**
 * Return the measurements that a report lists as deciding, in its order. Reports of attempts that
 * version 0.1.0 recorded list none.
 *
 * @param {Report} report
 */
function inOrder({ deciding: names = [], measurements }) {
  return names.flatMap((name) => measurements.filter((each) => each.name === name));
}
