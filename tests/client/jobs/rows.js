/** Jobs as `GET /anime/jobs` tells of them. */

const FIRST = Date.UTC(2025, 0, 1);

/**
 * Return a job, with what a test sets.
 *
 * @param {Record<string, any>} [values]
 * @returns {any}
 */
export function row(values = {}) {
  return {
    id: "0123456789ab", project: "", episode: "", scene: "", shot: "", character: "",
    state: "completed", progress: null, verdict: null, score: null, review: null,
    created_at: "2025-01-01T00:00:00Z", thumbnail: null, error: null, reason_code: null,
    reason_values: null, reason: null, tags: [], seed: null, attempt: null, machine: "tower",
    last_heard_at: null, process_pid: null, ...values,
  }; // prettier-ignore
}

/**
 * Return jobs with the numbers from `newest` down to `oldest`, a second apart.
 *
 * @param {number} newest
 * @param {number} oldest
 * @param {Record<string, any>} [values] of all of them
 */
export function rows(newest, oldest, values = {}) {
  return Array.from({ length: newest - oldest + 1 }, (_, index) => {
    const number = newest - index;
    const created = new Date(FIRST + number * 1000).toISOString();
    return row({ id: `job-${number}`, created_at: created, ...values });
  });
}
