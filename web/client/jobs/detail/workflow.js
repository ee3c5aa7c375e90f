import { app } from "../../../../scripts/app.js";

/**
 * Opens what a job ran in a tab of its own.
 *
 * @param {any} workflow as the editor saves it
 * @param {any} graph as ComfyUI runs it; without a workflow
 * @param {string} name of the tab
 * @returns {Promise<"detail.opened" | "detail.opened_graph" | "detail.no_graph">} what came of it
 */
export async function openWorkflow(workflow, graph, name) {
  const editor = /** @type {any} */ (app);
  const title = name.replace(/[\\/:*?"<>|]+/g, "_"); // it becomes a file's name
  if (workflow) {
    // One with the same id and name that is open would be thrown back to how it was.
    await editor.loadGraphData({ ...workflow, id: newId() }, true, true, title);
    return "detail.opened";
  }
  if (!graph) return "detail.no_graph";
  await editor.loadApiJson(graph, title);
  await editor.extensionManager.command.execute("Comfy.Canvas.FitView");
  return "detail.opened_graph";
}

/** A random UUID; browsers make one only where the address is a safe one. */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
