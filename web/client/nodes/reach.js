/** Search for the nodes that a run did not reach. */

/** @import { PromptGraph, Run } from "./run.js" */

export const SAVES = "AnimeJobSave";

/**
 * Return the nodes that a run did not reach, each with the node that blocked or failed.
 *
 * A node lists its blocked outputs in `anime_blocked`. ComfyUI runs no node with a blocked input,
 * so all nodes behind it are blocked too.
 *
 * @param {Run} run
 * @returns {Map<string, string>} path of a node that was not reached -> path of the node that
 *   blocked or failed
 */
export function unreachedNodes(run) {
  const unreached = blockedNodes(run);
  if (run.state !== "error" || !run.graph[run.failedAt]) return unreached;
  const behind = consumersOf(run.graph, run.failedAt);
  spread(run.graph, behind, run.failedAt, unreached);
  // For a copy that fails, ComfyUI names the Start Loop. Earlier rounds reached nodes behind it.
  for (const path of run.outputs.keys()) {
    if (unreached.get(path) === run.failedAt) unreached.delete(path);
  }
  return unreached;
}

/**
 * Return the paths of the nodes that should have saved files and did not, in a run that has ended.
 *
 * @param {Run} run
 */
export function nodesWithoutFiles(run) {
  if (!run.ended) return [];
  const paths = run.targets ? upstreamOf(run.graph, run.targets) : Object.keys(run.graph);
  return [...paths].filter((path) => run.has(path, SAVES) && !run.outputs.has(path));
}

/**
 * Return these nodes and all nodes that they depend on.
 *
 * @param {PromptGraph} graph
 * @param {string[]} targets
 * @returns {Set<string>}
 */
function upstreamOf(graph, targets) {
  const needed = new Set();
  const waiting = targets.filter((path) => graph[path]);
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (needed.has(path)) continue;
    needed.add(path);
    for (const value of Object.values(graph[path].inputs ?? {})) {
      if (Array.isArray(value) && graph[String(value[0])]) waiting.push(String(value[0]));
    }
  }
  return needed;
}

/**
 * Return the nodes behind blocked outputs, each with the node that blocked.
 *
 * @param {Run} run
 */
function blockedNodes(run) {
  /** @type {Map<string, string>} */
  const unreached = new Map();
  for (const [path, output] of run.outputs) {
    const blocked = output?.anime_blocked;
    if (!Array.isArray(blocked)) continue;
    spread(run.graph, consumersOf(run.graph, path, blocked), path, unreached);
  }
  return unreached;
}

/**
 * Add these nodes and all nodes behind them to `unreached`, with the node that blocked or failed.
 *
 * @param {PromptGraph} graph
 * @param {string[]} first
 * @param {string} cause
 * @param {Map<string, string>} unreached
 */
function spread(graph, first, cause, unreached) {
  const waiting = [...first];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (unreached.has(path)) continue;
    unreached.set(path, cause);
    waiting.push(...consumersOf(graph, path));
  }
}

/**
 * Return the nodes that take an output of a node.
 *
 * @param {PromptGraph} graph
 * @param {string} path
 * @param {number[]} [outputs] indices of outputs; all outputs without it
 * @returns {string[]}
 */
export function consumersOf(graph, path, outputs) {
  return Object.keys(graph).filter((each) =>
    Object.values(graph[each].inputs ?? {}).some(
      (value) =>
        Array.isArray(value) &&
        value.length === 2 &&
        String(value[0]) === path &&
        (!outputs || outputs.includes(value[1])),
    ),
  );
}
