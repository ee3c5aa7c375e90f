/** @import { Measurement, Report } from "./types.js" */

const SHOWN_OF_A_PASS = 2; // the weakest: what would break first
const MOST_SHOWN = 3;

/**
 * Return the measurements that decided a report's verdict, the one that explains it best first: what
 * doesn't pass, or the weakest of what does. If nothing is required, the first of the report.
 *
 * @param {Report} report
 * @returns {{shown: Measurement[], more: number}} and how many more don't pass
 */
export function deciding(report) {
  const ordered = inOrder(report);
  if (ordered.length === 0) {
    return { shown: report.measurements.slice(0, SHOWN_OF_A_PASS), more: 0 };
  }
  const against = ordered.filter((each) => each.verdict !== "PASS");
  if (against.length === 0) return { shown: ordered.slice(0, SHOWN_OF_A_PASS), more: 0 };
  return {
    shown: against.slice(0, MOST_SHOWN),
    more: Math.max(against.length - MOST_SHOWN, 0),
  };
}

/**
 * Return the measurements that have a curve: a value for more than one frame. What decided comes
 * first.
 *
 * @param {Report} report
 * @returns {Measurement[]}
 */
export function withCurve(report) {
  const decided = inOrder(report);
  const others = report.measurements.filter((each) => !decided.includes(each));
  return [...decided, ...others].filter(
    (each) => each.per_frame.filter((value) => value !== null).length > 1,
  );
}

/**
 * Return the measurements that a report lists as deciding, in its order. The report of an attempt
 * that 0.1.0 recorded lists none.
 *
 * @param {Report} report
 */
function inOrder({ deciding: names = [], measurements }) {
  return names.flatMap((name) => measurements.filter((each) => each.name === name));
}
