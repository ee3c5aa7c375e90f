/** Opening of a job's workflow in the editor, for the job's detail. */

import { app } from "../../../../scripts/app.js";

/**
 * Open a job's workflow in a new tab of the editor.
 *
 * @param {any} workflow in the editor's format
 * @param {any} graph in ComfyUI's API format, used if there is no workflow
 * @param {string} name of the tab
 * @returns {Promise<"detail.opened" | "detail.opened_graph" | "detail.no_graph">} key of the
 *   outcome
 */
export async function openWorkflow(workflow, graph, name) {
  const editor = /** @type {any} */ (app);
  const title = name.replace(/[\\/:*?"<>|]+/g, "_"); // the name becomes a file name
  if (workflow) {
    // With the workflow's own id, the editor would overwrite an open workflow of this id and name.
    await editor.loadGraphData({ ...workflow, id: newId() }, true, true, title);
    return "detail.opened";
  }
  if (!graph) return "detail.no_graph";
  await editor.loadApiJson(graph, title);
  await editor.extensionManager.command.execute("Comfy.Canvas.FitView");
  return "detail.opened_graph";
}

/** Return a random UUID. `crypto.randomUUID` is missing on pages without HTTPS. */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
