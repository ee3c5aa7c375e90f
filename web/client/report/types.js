/**
 * Types of a scoring node's report as JSON; `Report.to_dict` of models/report.py writes it.
 *
 * @typedef {"PASS" | "FAIL" | "NOT_MEASURED"} Verdict
 *
 * @typedef {object} Measurement
 * @property {string} name
 * @property {number | null} value
 * @property {string} unit
 * @property {"higher" | "lower" | "band"} better
 * @property {number} low
 * @property {number} high
 * @property {number | [number, number] | null} threshold
 * @property {boolean} required
 * @property {Verdict | "INFO"} verdict
 * @property {string} reason_code
 * @property {Record<string, unknown>} reason_values
 * @property {string} reason in English
 * @property {string} backend
 * @property {(number | null)[]} per_frame
 * @property {number[]} [frames_shown] frames of the values in `per_frame`, in a report that is
 *   shortened on its node
 * @property {Record<string, unknown>} details
 *
 * @typedef {object} Report
 * @property {1} schema
 * @property {string} subject
 * @property {Verdict} verdict
 * @property {number | null} score 0–100
 * @property {number | null} frames
 * @property {number | null} fps
 * @property {{frame: number, reason_code: string, reason: string} | null} worst
 * @property {string[]} deciding names of the required measurements, the best explanation first
 * @property {Measurement[]} measurements
 */

export {};
