/**
 * @import { Measurement, Report } from "./types.js"
 *
 * @typedef {{attempt: number, seed: number, report: Report}} Round
 */

const RETRY = "retry"; // what measured the number of attempts

/**
 * Whether a measurement counts the rounds of a retry.
 *
 * @param {Measurement} measurement
 */
export function isRetry({ backend }) {
  return backend === RETRY;
}

/**
 * The rounds of a retry; of any other measurement none.
 *
 * @param {Measurement} measurement
 * @returns {Round[]}
 */
export function roundsOf(measurement) {
  return isRetry(measurement) ? /** @type {any} */ (measurement.details.attempts ?? []) : [];
}
