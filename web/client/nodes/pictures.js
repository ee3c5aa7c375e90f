/** Removal of a node's pictures of an earlier run. */

import { api } from "../../../scripts/api.js";
import { app } from "../../../scripts/app.js";
import { locatorOf } from "./find.js";
import { LEFT_OUT } from "./queued_runs.js";

/** @import { Run } from "./run.js" */

// Names of the widgets in which the classic canvas shows a node's pictures.
const PREVIEWS = ["$$comfy_animation_preview", "$$canvas-image-preview"];

/**
 * Remove a node's pictures of an earlier run from the node, because this run did not reach it.
 *
 * The editor keeps a node's outputs until it receives newer ones, so this function sends the editor
 * an output without pictures.
 *
 * @param {any} node
 * @param {string} path of the node in the run
 * @param {Run} run
 */
export function dropPictures(node, path, run) {
  if (!node.imgs?.length && !PREVIEWS.some((name) => hasWidget(node, name))) {
    if (!/** @type {any} */ (app).nodeOutputs?.[locatorOf(node)]?.images?.length) return;
  }
  const message = { node: path, display_node: path, prompt_id: run.id, output: { images: [] } };
  /** @type {any} */ (api).dispatchCustomEvent("executed", { ...message, [LEFT_OUT]: true });
  node.imgs = undefined;
  for (const widget of [...(node.widgets ?? [])]) {
    if (PREVIEWS.includes(widget.name)) node.removeWidget(widget);
  }
  node.setDirtyCanvas?.(true, true);
}

/**
 * @param {any} node
 * @param {string} name
 */
function hasWidget(node, name) {
  return (node.widgets ?? []).some((/** @type {{name: string}} */ widget) => widget.name === name);
}
