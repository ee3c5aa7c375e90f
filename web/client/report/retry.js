/** Attempts of a retry, as the report of its last node records them. */

/**
 * @import { Measurement, Report } from "./types.js"
 *
 * @typedef {{attempt: number, seed: number, report: Report, snapshots?: string[]}} ReportedAttempt
 *   `snapshots`: ids of the sets of its small pictures
 */

const RETRY = "retry"; // `backend` of the measurement that counts a retry's attempts

/**
 * Return true if a measurement counts the attempts of a retry.
 *
 * @param {Measurement} measurement
 */
export function isRetry({ backend }) {
  return backend === RETRY;
}

/**
 * Return the measurement that explains an attempt's verdict best; a shortened report may lack it.
 *
 * @param {Report} report
 * @returns {Measurement | undefined}
 */
export function explanationOf({ deciding = [], measurements }) {
  const explaining = deciding.map((name) => measurements.find((each) => each.name === name));
  return explaining.find((each) => each !== undefined);
}

/**
 * Return the attempts that a retry's measurement records; any other measurement has none.
 *
 * @param {Measurement} measurement
 * @returns {ReportedAttempt[]}
 */
export function attemptsOf(measurement) {
  return isRetry(measurement) ? /** @type {any} */ (measurement.details.attempts ?? []) : [];
}
