/** Phases for the tests of the order form. */

/**
 * Return a phase as the route describes it.
 *
 * @param {string} id
 * @param {any[]} parameters
 * @param {object} more
 */
export function phase(id, parameters, more = {}) {
  return /** @type {any} */ ({
    ...{ id, name: id, description: "", kind: "image", shipped: true, takes: {}, gives: "image" },
    ...{ policy: { attempts: 3, approval: false }, missing: [] },
    parameters: parameters.map((each) => ({
      ...{ low: null, high: null, choices: [], options: null, required: false, default: "" },
      ...each,
    })),
    ...more,
  });
}
