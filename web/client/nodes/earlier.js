import { ask, RouteError } from "../requests.js";
import { nodeAlong, rootGraph } from "./find.js";
import { hasResults } from "./results.js";
import { isShown, makeOld, showOn } from "./widget.js";

/**
 * Shows what the last finished run of the open workflow gave: a page that is loaded anew has the
 * workflow, and nothing of its outputs. As long as ComfyUI runs, its history has them.
 */
export async function showEarlier() {
  const id = rootGraph()?.id;
  if (!id) return;
  const outputs = await outputsOf(id);
  // Another workflow may be open by now, or this one may have run.
  if (rootGraph()?.id !== id) return;
  for (const [path, output] of Object.entries(outputs)) {
    const node = hasResults(output) && nodeAlong(path);
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
