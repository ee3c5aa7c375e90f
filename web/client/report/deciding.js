/** Choice of the measurements that a report displays, for nodes and the sidebar. */

/** @import { Measurement, Report } from "./types.js" */

const MOST_OF_A_PASS = 2; // measurements of a passed report: the weakest ones
const MOST_REASONS = 3; // different reasons of a failed report

/**
 * Return the measurements that decided a report's verdict, the one that explains it best first.
 *
 * These are the measurements that don't pass, or the weakest ones if all pass. If no measurement is
 * required, they are the first ones of the report. Measurements with the same verdict and the same
 * reason are one group, so that the reason is displayed once.
 *
 * @param {Report} report
 * @param {number} [most] largest number of groups
 * @returns {{groups: Measurement[][], more: number}} `more`: number of failing measurements that are
 *   in no group
 */
export function decidingGroups(report, most = MOST_REASONS) {
  const ordered = inOrder(report);
  const failing = ordered.filter((each) => each.verdict !== "PASS");
  if (failing.length === 0) {
    const first = ordered.length ? ordered : report.measurements;
    return { groups: groupedBy(first.slice(0, MOST_OF_A_PASS), reasonOf), more: 0 };
  }
  const groups = groupedBy(failing, reasonOf);
  return { groups: groups.slice(0, most), more: groups.slice(most).flat().length };
}

/**
 * Return the measurements of `decidingGroups` in one list.
 *
 * @param {Report} report
 * @returns {{listed: Measurement[], more: number}}
 */
export function decidingMeasurements(report) {
  const { groups, more } = decidingGroups(report);
  return { listed: groups.flat(), more };
}

/**
 * Return values in groups with the same text, in the order of their first values.
 *
 * @template T
 * @param {T[]} values
 * @param {(value: T) => string} textOf
 * @returns {T[][]}
 */
export function groupedBy(values, textOf) {
  /** @type {Map<string, T[]>} */
  const groups = new Map();
  for (const value of values) {
    const text = textOf(value);
    groups.set(text, [...(groups.get(text) ?? []), value]);
  }
  return [...groups.values()];
}

/** @param {Measurement} measurement */
function reasonOf({ name, verdict, reason }) {
  return `${verdict} ${reason || name}`;
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
