/** Runs as ComfyUI's history and queue have them. */

import { callRoute, RouteError } from "../requests.js";
import { Run } from "./run.js";

const STATES = /** @type {const} */ ({
  execution_success: "success",
  execution_error: "error",
  execution_interrupted: "interrupted",
});
const MOST_SEARCHED = 20; // prompts of one workflow, the newest first

/**
 * Return a run from ComfyUI's history. Return null if the history lacks it, because it waits, is
 * running, or ended before a restart of ComfyUI.
 *
 * @param {string} id the prompt's
 * @returns {Promise<Run | null>}
 */
export async function runFromHistory(id) {
  const entry = (await answerOf(`/history/${encodeURIComponent(id)}`))?.[id];
  if (!entry) return null;
  const run = new Run(id, entry.prompt[2], workflowOf(entry.prompt[3]));
  run.restored = true;
  for (const [event, detail] of entry.status?.messages ?? []) {
    if (event === "execution_start") run.startedAt = detail.timestamp ?? 0;
    if (event in STATES) run.state = STATES[/** @type {keyof typeof STATES} */ (event)];
    if (event === "execution_error") run.failedAt = run.pathOf(detail.node_id);
  }
  if (!run.ended) run.state = "error"; // every run in the history has ended
  for (const [node, output] of Object.entries(entry.outputs ?? {})) {
    // The key is the node's path, except for a copy that a loop or a retry made: its path isn't in
    // the graph. `display_node` isn't used for other outputs, because for a cached output it names
    // the node that produced it, which may be another one.
    const path = node in run.graph ? node : (entry.meta?.[node]?.display_node ?? node);
    run.outputs.set(run.pathOf(path), output);
  }
  return run;
}

/**
 * Return a run from ComfyUI's queue; null if it is neither waiting nor running.
 *
 * @param {string} id the prompt's
 * @returns {Promise<Run | null>}
 */
export async function runFromQueue(id) {
  const { queue_running: running = [], queue_pending: pending = [] } =
    (await answerOf("/queue")) ?? {};
  const item = [...running, ...pending].find((/** @type {any[]} */ each) => each[1] === id);
  if (!item) return null;
  const run = new Run(id, item[2], workflowOf(item[3]));
  run.missedMessages = true;
  if (running.includes(item)) run.state = "running";
  return run;
}

/**
 * Return a run that is waiting, running or ended; null if ComfyUI has no record of it.
 *
 * @param {string} id the prompt's
 * @returns {Promise<Run | null>}
 */
export async function findRun(id) {
  const run = (await runFromHistory(id)) ?? (await runFromQueue(id));
  if (run) return run;
  const ended = await runFromHistory(id); // it may have ended between the two requests
  if (ended) ended.restored = false; // it ended just now, so it isn't an earlier run
  return ended;
}

/**
 * Return the run that produced exactly these outputs. The editor restores outputs without the id of
 * their run.
 *
 * @param {string} workflow id of the workflow
 * @param {[string, any][]} outputs results by the paths of their nodes
 * @returns {Promise<Run | null>} null if no run of this workflow produced them
 */
export async function findRunByOutputs(workflow, outputs) {
  const query = new URLSearchParams({ workflow_id: workflow, limit: String(MOST_SEARCHED) });
  const { jobs = [] } = (await answerOf(`/jobs?${query}`)) ?? {};
  for (const { id } of jobs) {
    const run = await runFromHistory(id);
    if (run && outputs.every(([path, output]) => isSame(run.outputs.get(path), output))) return run;
  }
  return null;
}

/**
 * Return the id of the workflow that a prompt was queued from.
 *
 * @param {any} extra data that were queued with the prompt
 */
function workflowOf(extra) {
  return extra?.extra_pnginfo?.workflow?.id;
}

/**
 * @param {any} output
 * @param {any} other
 */
function isSame(output, other) {
  return JSON.stringify(packResults(output)) === JSON.stringify(packResults(other));
}

/**
 * Return the fields of an output that nodes of this pack write.
 *
 * @param {any} output
 */
function packResults(output) {
  return Object.entries(output ?? {})
    .filter(([name]) => name.startsWith("anime_"))
    .sort();
}

/**
 * Return the answer of a route; null if it refuses or ComfyUI doesn't answer.
 *
 * @param {string} route
 */
async function answerOf(route) {
  try {
    return await callRoute(route);
  } catch (error) {
    if (error instanceof RouteError) return null; // an older ComfyUI lacks the route
    throw error;
  }
}
