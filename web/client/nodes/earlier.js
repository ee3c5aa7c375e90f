import { app } from "../../../scripts/app.js";
import { ask, RouteError } from "../requests.js";
import { hasResults } from "./results.js";
import { isShown, makeOld, showOn } from "./widget.js";

/**
 * Shows what the last finished run of the open workflow gave: a page that is loaded anew has the
 * workflow, and nothing of its outputs. As long as ComfyUI runs, its history has them.
 */
export async function showEarlier() {
  const root = /** @type {any} */ (app).rootGraph;
  const id = root?.id;
  if (!id) return;
  const outputs = await outputsOf(id);
  // Another workflow may be open by now, or this one may have run.
  if (/** @type {any} */ (app).rootGraph?.id !== id) return;
  for (const [path, output] of Object.entries(outputs)) {
    const node = hasResults(output) && nodeAt(root, path);
    if (!node || isShown(node)) continue;
    showOn(node, output);
    makeOld(node);
  }
}

/**
 * @param {string} workflow its id
 * @returns {Promise<Record<string, any>>} by the node's path
 */
async function outputsOf(workflow) {
  try {
    const wanted = new URLSearchParams({ workflow_id: workflow, status: "completed", limit: "1" });
    const { jobs = [] } = await ask(`/jobs?${wanted}`);
    if (jobs.length === 0) return {};
    const { outputs } = await ask(`/jobs/${encodeURIComponent(jobs[0].id)}`);
    return outputs ?? {};
  } catch (error) {
    if (error instanceof RouteError) return {}; // an older ComfyUI, or none: nothing to show
    throw error;
  }
}

/**
 * @param {any} root
 * @param {string} path `5`, or `12:5` for node 5 within the subgraph that node 12 is
 */
function nodeAt(root, path) {
  const [id, ...around] = path.split(":").reverse();
  let graph = root;
  for (const subgraph of around.reverse()) graph = graph?.getNodeById(number(subgraph))?.subgraph;
  return graph?.getNodeById(number(id));
}

/** @param {string} id */
function number(id) {
  return /^\d+$/.test(id) ? Number(id) : id;
}
