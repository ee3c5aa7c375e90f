/** Runs that this browser tab queued, kept across a reload of the page. */

import { keep, kept } from "../session.js";

const KEY = "animeProduction.runs";
const MOST = 40; // runs, the newest ones

/**
 * Run that this page queued: the prompt's id, the workflow's id and the workflow's path.
 *
 * @typedef {{prompt: string, workflow: string, path: string}} OwnRun
 */

/**
 * Return the runs that this browser tab queued, the newest last. They survive a reload of the page;
 * other tabs and browsers don't have them.
 *
 * @returns {OwnRun[]}
 */
function ownRuns() {
  const stored = kept(KEY);
  return Array.isArray(stored) ? stored : [];
}

/**
 * Record a run of this tab.
 *
 * @param {OwnRun} run
 */
export function recordRun(run) {
  keep(KEY, [...ownRuns(), run].slice(-MOST));
}

/**
 * Return the ids of the prompts that were queued from a workflow, the newest first.
 *
 * @param {string} workflow id of the workflow
 * @param {string} path of the workflow in the editor; it differs between two tabs of one workflow
 * @param {string[]} openPaths paths of all tabs
 */
export function runsOf(workflow, path, openPaths) {
  const runs = ownRuns().filter((run) => run.workflow === workflow);
  const renamedFrom = [...new Set(runs.map((run) => run.path))].filter(
    (each) => each !== path && !openPaths.includes(each),
  );
  // Saving a workflow under another name changes its path. A former path counts only if it is the
  // only one, because otherwise it may belong to another tab.
  const paths = [path, ...(renamedFrom.length === 1 ? renamedFrom : [])];
  return runs.filter((run) => paths.includes(run.path)).map((run) => run.prompt).reverse();
}
