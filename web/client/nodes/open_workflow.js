/** Workflows that are open in the editor. */

import { app } from "../../../scripts/app.js";

/** Return the editor's store of workflows. */
function store() {
  return /** @type {any} */ (app).extensionManager?.workflow;
}

/**
 * Return the workflow of the active tab. Each tab keeps its own object, even if two tabs have the
 * same workflow.
 *
 * @returns {{path: string} | null}
 */
export function openWorkflow() {
  return store()?.activeWorkflow ?? null;
}

/**
 * Return the open and the saved workflows. A workflow that was never saved is missing once its tab
 * is closed.
 *
 * @returns {object[]}
 */
export function allWorkflows() {
  return store()?.workflows ?? [];
}

/** Return the paths of all open workflows. */
export function openPaths() {
  return (store()?.openWorkflows ?? []).map((/** @type {{path: string}} */ { path }) => path);
}

/**
 * Call a function whenever a workflow has been opened, after its nodes were created.
 *
 * @param {() => void} handle
 */
export function onWorkflowOpened(handle) {
  store()?.$onAction?.((/** @type {any} */ { name, after }) => {
    if (name === "openWorkflow") after(() => handle());
  });
}
