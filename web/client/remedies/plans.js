/** Plans of the remedies for one failed node: what each would change in the open graph. */

import { words } from "../words.js";
import { draft } from "./draft.js";
import { closeLoop, deflicker } from "./insert.js";
import { retry } from "./retry.js";
import { nextSeed } from "./seeds.js";
import { fittingRemedies } from "./table.js";

/**
 * @import { Report } from "../report/types.js"
 * @import { Run } from "../nodes/run.js"
 * @import { RemedyName } from "./table.js"
 *
 * @typedef {object} Failure
 * @property {any} node that failed
 * @property {string} path of the node in the run
 * @property {Record<string, any>} inputs of the node in the run
 * @property {Run} run
 * @property {Report} report
 *
 * @typedef {object} Plan
 * @property {string} [missing] why the remedy can't be applied here, as a text
 * @property {any} [graph] that is changed
 * @property {Record<string, unknown>} [values] of the remedy's texts
 * @property {boolean} [queues] true if the workflow is run at once
 * @property {() => any} [apply] changes the graph, and returns the new node if there is one
 *
 * @typedef {Plan & {name: RemedyName, title: string, text: string}} Remedy
 */

/** @type {Record<RemedyName, (failure: Failure) => Plan | null>} */
const PLANS = { close_loop: closeLoop, deflicker, retry, next_seed: nextSeed, draft };

/**
 * Return the remedies that fit the reasons of a failed node, those that can be applied first.
 *
 * @param {Failure} failure
 * @returns {Remedy[]}
 */
export function remediesFor(failure) {
  const remedies = fittingRemedies(failure.report).flatMap((name) => {
    const plan = PLANS[name](failure);
    if (!plan) return [];
    const title = words(`remedies.${name}`);
    const text = plan.missing ?? words(`remedies.${name}_text`, plan.values);
    return [{ ...plan, name, title, text }];
  });
  return [...remedies.filter((each) => !each.missing), ...remedies.filter((each) => each.missing)];
}
