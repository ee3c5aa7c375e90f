/** @import { Param } from "./parameters.js" */

const LARGEST = 2 ** 31; // that the seeds of all nodes have room for

/**
 * New seeds instead of a job's, by "node id.input". Equal ones stay equal: what followed one seed
 * follows one again.
 *
 * @param {Param[]} params
 * @returns {Record<string, number>}
 */
export function newSeeds(params) {
  const seeds = params.filter((each) => each.kind === "seed" && each.written !== null);
  /** @type {Map<string | null, number>} */
  const drawn = new Map();
  for (const { written } of seeds) {
    if (!drawn.has(written)) drawn.set(written, Math.floor(Math.random() * LARGEST));
  }
  return Object.fromEntries(
    seeds.map(({ node_id, name, written }) => [`${node_id}.${name}`, drawn.get(written) ?? 0]),
  );
}
