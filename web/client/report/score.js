/** @import { Measurement } from "./types.js" */

/**
 * 0–100 of one measurement, as `Measurement.score_of` of models/measurement.py has it: 50 at the
 * threshold, 100 and 0 at the ends of the scale. A test holds the two equal.
 *
 * @param {Measurement} measurement
 * @returns {number | null} null without a value or a threshold
 */
export function scoreOf({ value, threshold, better, low, high }) {
  if (value === null || threshold === null) return null;
  if (Array.isArray(threshold)) {
    const [start, end] = threshold;
    const middle = (start + end) / 2;
    return value < middle
      ? between(value, low, start, middle)
      : between(value, high, end, middle);
  }
  return better === "lower"
    ? between(value, high, threshold, low)
    : between(value, low, threshold, high);
}

/**
 * @param {number} value
 * @param {number} worst
 * @param {number} threshold
 * @param {number} best
 */
function between(value, worst, threshold, best) {
  const towardBest = (value - threshold) * (best - worst) > 0;
  const end = towardBest ? best : worst;
  if (value === threshold || end === threshold) {
    return towardBest ? 100 : value === threshold ? 50 : 0;
  }
  const share = Math.min((value - threshold) / (end - threshold), 1);
  return towardBest ? 50 + 50 * share : 50 - 50 * share;
}
