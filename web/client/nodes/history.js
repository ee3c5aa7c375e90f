import { ask, RouteError } from "../requests.js";
import { Run } from "./run.js";

const STATES = /** @type {const} */ ({
  execution_success: "success",
  execution_error: "error",
  execution_interrupted: "interrupted",
});
const LOOKED_AT = 20; // prompts of one workflow, the newest first

/**
 * Return a run as ComfyUI's history has it; null if it is not there: it waits, runs, or ComfyUI
 * has been started anew.
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
    if (event === "execution_error") run.failedAt = String(detail.node_id ?? "");
  }
  if (!run.ended) run.state = "error"; // in the history, it has ended
  for (const [node, output] of Object.entries(entry.outputs ?? {})) {
    // A cached output keeps the name of the node that it was made by. Only what a retry copied
    // stands under another node's name.
    const path = node in run.graph ? node : String(entry.meta?.[node]?.display_node ?? node);
    run.outputs.set(path, output);
  }
  return run;
}

/**
 * Return a run that waits or runs; null if it does neither.
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
 * Return a run as it is now: waiting, running or ended; null if ComfyUI knows nothing of it.
 *
 * @param {string} id the prompt's
 * @returns {Promise<Run | null>}
 */
export async function findRun(id) {
  const run = (await runFromHistory(id)) ?? (await runFromQueue(id));
  if (run) return run;
  const ended = await runFromHistory(id); // it may have ended between the two questions
  if (ended) ended.restored = false; // it ran until now
  return ended;
}

/**
 * Return the run that gave exactly these outputs: the editor restores outputs without naming it.
 *
 * @param {string} workflow its id
 * @param {[string, any][]} outputs results by the paths of their nodes
 * @returns {Promise<Run | null>} null if no run of this workflow gave them
 */
export async function runThatGave(workflow, outputs) {
  const query = new URLSearchParams({ workflow_id: workflow, limit: String(LOOKED_AT) });
  const { jobs = [] } = (await answerOf(`/jobs?${query}`)) ?? {};
  for (const { id } of jobs) {
    const run = await runFromHistory(id);
    if (run && outputs.every(([path, output]) => isSame(run.outputs.get(path), output))) return run;
  }
  return null;
}

/** @param {any} extra what was queued beside a prompt */
function workflowOf(extra) {
  return extra?.extra_pnginfo?.workflow?.id;
}

/**
 * @param {any} output
 * @param {any} other
 */
function isSame(output, other) {
  return JSON.stringify(ofPack(output)) === JSON.stringify(ofPack(other));
}

/** @param {any} output */
function ofPack(output) {
  return Object.entries(output ?? {})
    .filter(([name]) => name.startsWith("anime_"))
    .sort();
}

/** @param {string} route */
async function answerOf(route) {
  try {
    return await ask(route);
  } catch (error) {
    if (error instanceof RouteError) return null; // an older ComfyUI, or none: nothing to show
    throw error;
  }
}
