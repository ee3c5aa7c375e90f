import { scoreOf } from "./score.js";

/** @import { Measurement, Report } from "./types.js" */

const SHOWN_OF_A_PASS = 2; // the weakest: what would break first
const MOST_SHOWN = 3;
const RANK = { FAIL: 0, NOT_MEASURED: 1, PASS: 2, INFO: 3 };

/**
 * The measurements that decided a report's verdict, the one that weighed most first: what doesn't
 * pass, or the weakest of what does. Where nothing is required, the first that tell something.
 *
 * @param {Report} report
 * @returns {{shown: Measurement[], more: number}} and how many more don't pass
 */
export function deciding(report) {
  const required = report.measurements.filter((each) => each.required);
  if (required.length === 0) {
    return { shown: report.measurements.slice(0, SHOWN_OF_A_PASS), more: 0 };
  }
  const ordered = byWeight(required);
  const against = ordered.filter((each) => each.verdict !== "PASS");
  if (against.length === 0) return { shown: ordered.slice(0, SHOWN_OF_A_PASS), more: 0 };
  return {
    shown: against.slice(0, MOST_SHOWN),
    more: Math.max(against.length - MOST_SHOWN, 0),
  };
}

/**
 * The measurements that have a curve: a value for more than one frame. What decided comes first.
 *
 * @param {Report} report
 * @returns {Measurement[]}
 */
export function withCurve(report) {
  return byWeight(
    report.measurements.filter(
      (each) => each.per_frame.filter((value) => value !== null).length > 1,
    ),
  );
}

/** @param {Measurement[]} measurements */
function byWeight(measurements) {
  /** @param {Measurement} each */
  const weight = (each) => [each.required ? 0 : 1, RANK[each.verdict], scoreOf(each) ?? 100];
  return [...measurements].sort((one, other) => {
    const [a, b] = [weight(one), weight(other)];
    return a[0] - b[0] || a[1] - b[1] || a[2] - b[2]; // the sort is stable: else a report's order
  });
}
