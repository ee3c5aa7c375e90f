import { api } from "../../../scripts/api.js";
import { LEFT_OUT } from "./queued_runs.js";

/** @import { Run } from "./run.js" */

// Names of the widgets in which the classic canvas shows a node's pictures.
const PREVIEWS = ["$$comfy_animation_preview", "$$canvas-image-preview"];

/**
 * Take a node's pictures of an earlier run away: what it saved then is not what it saves now.
 *
 * The editor keeps a node's outputs until it is told of newer ones. It is told what is so: in this
 * run the node gave no picture.
 *
 * @param {any} node
 * @param {string} path of the node in the run
 * @param {Run} run
 */
export function dropPictures(node, path, run) {
  const said = { node: path, display_node: path, prompt_id: run.id, output: { images: [] } };
  /** @type {any} */ (api).dispatchCustomEvent("executed", { ...said, [LEFT_OUT]: true });
  node.imgs = undefined;
  for (const widget of [...(node.widgets ?? [])]) {
    if (PREVIEWS.includes(widget.name)) node.removeWidget(widget);
  }
  node.setDirtyCanvas?.(true, true);
}
