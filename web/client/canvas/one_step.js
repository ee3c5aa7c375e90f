/** Changes of the graph that one undo takes back. */

import { app } from "../../../scripts/app.js";
import { untilSized } from "./view.js";

/**
 * Change the open graph as one step of the editor's undo.
 *
 * @param {any} graph that is changed
 * @param {() => unknown} change
 */
export async function asOneStep(graph, change) {
  const { workflow } = /** @type {any} */ (app).extensionManager;
  const tracker = workflow.activeWorkflow?.changeTracker;
  tracker?.captureCanvasState(); // what was changed before stays a step of its own
  tracker?.beforeChange();
  try {
    await change();
    graph?.updateExecutionOrder(); // otherwise the next run would change it, as a step of its own
    // Nodes 2.0 measures new nodes after they are drawn, and their sizes belong to this step.
    await untilSized(graph);
  } finally {
    tracker?.afterChange();
  }
}
