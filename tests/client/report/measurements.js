/** Measurements and reports for tests. */

/**
 * Return a measurement that passes at 50, with what a test sets.
 *
 * @param {Partial<import("../../../web/client/report/types.js").Measurement>} [values]
 */
export function measurement(values = {}) {
  return {
    name: "loop.seam_position", value: 0.5, unit: "", better: "higher", low: 0, high: 1,
    threshold: 0.5, required: true, verdict: "PASS", reason_code: "seam", reason_values: {},
    reason: "", backend: "test", per_frame: [], details: {}, ...values,
  }; // prettier-ignore
}

/**
 * Return a report of these measurements.
 *
 * @param {...ReturnType<typeof measurement>} measurements
 */
export function report(...measurements) {
  return { schema: 1, subject: "loop", verdict: "PASS", score: 50, frames: 3, fps: 12, worst: null,
    deciding: measurements.filter((each) => each.required).map(({ name }) => name), measurements,
  }; // prettier-ignore
}
