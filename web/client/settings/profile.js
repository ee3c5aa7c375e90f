/** Setting "Profile of new nodes". */

import { app } from "../../../scripts/app.js";
import { isPackNode } from "../pack_node.js";

export const PROFILE = "AnimeProduction.DefaultProfile";

const INPUT = "profile";
const SCORES = "AnimeLoopScore"; // one of the scoring nodes, which all offer the same profiles

/** Return the names of all profiles: those of the pack, and the user's own. */
export function profiles() {
  const { nodeData } = /** @type {any} */ (globalThis).LiteGraph.registered_node_types[SCORES];
  const [type, options] = nodeData.input.optional[INPUT];
  return Array.isArray(type) ? type : options.options;
}

/**
 * Set the chosen profile on a node that is added. A node that is loaded with a workflow keeps its
 * own.
 *
 * @param {any} node
 */
export function useDefaultProfile(node) {
  const { configuringGraph, extensionManager } = /** @type {any} */ (app);
  if (configuringGraph || !isPackNode(node.constructor.nodeData)) return;
  const widget = node.widgets?.find((/** @type {any} */ each) => each.name === INPUT);
  const chosen = extensionManager.setting.get(PROFILE);
  if (widget?.options.values.includes(chosen)) widget.value = chosen;
}
