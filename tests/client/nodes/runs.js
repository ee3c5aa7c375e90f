/** Prompts and runs for tests. */

export const WORKFLOW = "workflow-1"; // id of the workflow that they are queued from

import { Run } from "../../../web/client/nodes/run.js";

/**
 * Return a node of a prompt.
 *
 * @param {string} type
 * @param {...[string, number]} links the outputs that it takes
 */
export function promptNode(type, ...links) {
  const inputs = Object.fromEntries(links.map((link, index) => [`input_${index}`, link]));
  return { class_type: type, inputs: { text: "a value", list: [1, 2, 3], ...inputs } };
}

/**
 * Return a run with what a test sets.
 *
 * @param {Record<string, any>} graph
 * @param {Record<string, any>} [values]
 * @param {Record<string, any>} [outputs] by path
 */
export function runOf(graph, values = {}, outputs = {}) {
  const run = Object.assign(new Run("prompt-1", graph, WORKFLOW), { state: "success", ...values });
  for (const [path, output] of Object.entries(outputs)) run.outputs.set(path, output);
  return run;
}
