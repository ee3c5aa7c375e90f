/** New seeds for the retry of a job. */

/** @import { Param } from "./parameters.js" */

const LIMIT = 2 ** 31; // the seed inputs of all nodes accept numbers below it

/**
 * Return new random seeds for a job's inputs, by "node id.input". Inputs that had the same seed get
 * the same new seed.
 *
 * @param {Param[]} params
 * @returns {Record<string, number>}
 */
export function newSeeds(params) {
  const seeds = params.filter((each) => each.kind === "seed" && each.written !== null);
  /** @type {Map<string | null, number>} */
  const drawn = new Map();
  for (const { written } of seeds) {
    if (!drawn.has(written)) drawn.set(written, Math.floor(Math.random() * LIMIT));
  }
  return Object.fromEntries(
    seeds.map(({ node_id, name, written }) => [`${node_id}.${name}`, drawn.get(written) ?? 0]),
  );
}
