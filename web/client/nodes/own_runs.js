const KEY = "animeProduction.runs";
const MOST = 40; // of the newest

/**
 * A run that this page queued: the prompt's id, the workflow's id and its path in the editor.
 *
 * @typedef {{prompt: string, workflow: string, path: string}} OwnRun
 */

/**
 * Return the runs that this browser tab queued, the newest last. They outlive a reload of the page
 * and nothing else: another tab, or another browser, has queued none of them.
 *
 * @returns {OwnRun[]}
 */
function ownRuns() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept : [];
  } catch {
    return []; // the browser keeps nothing
  }
}

/**
 * Note a run of this tab.
 *
 * @param {OwnRun} run
 */
export function noteRun(run) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify([...ownRuns(), run].slice(-MOST)));
  } catch {
    // The browser keeps nothing: a reload forgets the verdicts.
  }
}

/**
 * Return the ids of the prompts that were queued from a workflow, the newest first.
 *
 * @param {string} workflow its id
 * @param {string} path in the editor, which tells two tabs of one workflow apart
 * @param {string[]} openPaths of all tabs
 */
export function runsOf(workflow, path, openPaths) {
  const runs = ownRuns().filter((run) => run.workflow === workflow);
  const renamedFrom = [...new Set(runs.map((run) => run.path))].filter(
    (each) => each !== path && !openPaths.includes(each),
  );
  // Saved under a name, a workflow has another path; no other tab may be meant.
  const paths = [path, ...(renamedFrom.length === 1 ? renamedFrom : [])];
  return runs.filter((run) => paths.includes(run.path)).map((run) => run.prompt).reverse();
}
