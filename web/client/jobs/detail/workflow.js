/** Opening of a job's workflow in the editor, for the job's detail. */

import { app } from "../../../../scripts/app.js";
import { arrangeGraph, showGraph } from "../../canvas/view.js";
import { allWorkflows } from "../../nodes/open_workflow.js";

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
  const title = unusedTitle(name.replace(/[\\/:*?"<>|]+/g, "_")); // it becomes a file name
  if (workflow) {
    // Editor 1.47 overwrites an open workflow that has this id and name.
    await editor.loadGraphData({ ...workflow, id: newId() }, true, true, title);
    if (!workflow.extra?.ds) await showGraph(); // no view is saved in it
    return "detail.opened";
  }
  if (!graph) return "detail.no_graph";
  await editor.loadApiJson(graph, title);
  await arrangeGraph(); // the editor itself arranges nodes before Nodes 2.0 has measured them
  await showGraph();
  return "detail.opened_graph";
}

/**
 * Return a title that no open or saved workflow has. Editor 1.58 overwrites the workflow of the
 * active tab if it has the same title, whatever its id is.
 *
 * @param {string} name
 */
function unusedTitle(name) {
  const workflows = /** @type {{path: string}[]} */ (allWorkflows());
  const paths = new Set(workflows.map(({ path }) => path));
  let title = name;
  for (let number = 2; paths.has(`workflows/${title}.json`); number++) {
    title = `${name} (${number})`; // as the editor itself does
  }
  return title;
}

/** Return a random UUID. `crypto.randomUUID` is missing on pages without HTTPS. */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
