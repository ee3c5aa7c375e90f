import { app } from "../../../scripts/app.js";
import { isOurs } from "../ours.js";

export const PROFILE = "AnimeProduction.DefaultProfile";

const INPUT = "profile";
const SCORES = "AnimeLoopScore"; // a node that has them all, as every scoring node has

/** The profiles that this ComfyUI has: those of the pack, and the user's own. */
export function profiles() {
  const { nodeData } = /** @type {any} */ (globalThis).LiteGraph.registered_node_types[SCORES];
  const [type, options] = nodeData.input.optional[INPUT];
  return Array.isArray(type) ? type : options.options;
}

/**
 * Sets the chosen profile on a node that is added; one that a workflow brings keeps its own.
 *
 * @param {any} node
 */
export function useDefaultProfile(node) {
  const { configuringGraph, extensionManager } = /** @type {any} */ (app);
  if (configuringGraph || !isOurs(node.constructor.nodeData)) return;
  const widget = node.widgets?.find((/** @type {any} */ each) => each.name === INPUT);
  const chosen = extensionManager.setting.get(PROFILE);
  if (widget?.options.values.includes(chosen)) widget.value = chosen;
}
