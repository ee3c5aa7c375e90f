/** The way to a node: into its subgraph, onto the screen, and with the focus on its results. */

import { app } from "../../../scripts/app.js";
import { nodeAtPath, rootGraph } from "../nodes/find.js";

const READABLE_SCALE = 0.8;
const FRAMES = 30; // frames to wait at most until the node's results are on the screen

/**
 * Show a node, and put the focus on its results.
 *
 * @param {string} path of the node
 */
export async function leadTo(path) {
  const node = nodeAtPath(path);
  const { canvas } = /** @type {any} */ (app);
  if (!node) return;
  if (canvas.graph !== node.graph) openGraph(path, canvas);
  canvas.ds.scale = Math.max(canvas.ds.scale, READABLE_SCALE);
  canvas.centerOnNode(node);
  canvas.selectItems?.([node]);
  canvas.setDirty(true, true);
  for (let frame = 0; frame < FRAMES; frame += 1) {
    await new Promise(requestAnimationFrame);
    const results = document.querySelector(`[data-path="${CSS.escape(path)}"]`);
    const button = /** @type {HTMLElement | null} */ (
      results?.querySelector(".anime-remedies-open") ?? results?.querySelector("button")
    );
    if (!button || button.getClientRects().length === 0) continue;
    button.focus({ preventScroll: true });
    return;
  }
}

/**
 * Open the graph that contains the node of a path, through all subgraphs around it.
 *
 * @param {string} path
 * @param {any} canvas
 */
function openGraph(path, canvas) {
  canvas.setGraph(rootGraph());
  const ids = path.split(":");
  for (let depth = 1; depth < ids.length; depth += 1) {
    const outer = nodeAtPath(ids.slice(0, depth).join(":"));
    canvas.openSubgraph(outer.subgraph, outer);
  }
}
