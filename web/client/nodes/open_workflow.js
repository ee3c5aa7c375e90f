import { app } from "../../../scripts/app.js";

/** Return the editor's store of workflows. */
function store() {
  return /** @type {any} */ (app).extensionManager?.workflow;
}

/**
 * Return the workflow whose tab is open: one object for as long as its tab exists, even beside a
 * second tab of the same workflow.
 *
 * @returns {{path: string} | null}
 */
export function openWorkflow() {
  return store()?.activeWorkflow ?? null;
}

/**
 * Return all workflows that the editor knows: the open ones, and those of a file. One that was
 * never saved is no longer among them once its tab is closed.
 *
 * @returns {object[]}
 */
export function knownWorkflows() {
  return store()?.workflows ?? [];
}

/** Return the paths of all open workflows. */
export function openPaths() {
  return (store()?.openWorkflows ?? []).map((/** @type {{path: string}} */ { path }) => path);
}

/**
 * Call a function each time that a workflow has been opened, after its nodes were made.
 *
 * @param {() => void} opened
 */
export function onWorkflowOpened(opened) {
  store()?.$onAction?.((/** @type {any} */ { name, after }) => {
    if (name === "openWorkflow") after(() => opened());
  });
}
