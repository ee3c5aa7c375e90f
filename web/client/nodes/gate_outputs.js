/** Outputs of a Gate: only those that its connections call for. */

import { rootGraph } from "./find.js";

const GATE = "AnimeGate";
const ALWAYS = ["accepted", "rejected", "pass", "reasons"];
// Inputs whose outputs are there as soon as the input is connected, such as `accepted_latents`.
const DIVIDED = ["latents", "masks", "audio"];
const KEPT = ["name", "type", "localized_name", "label", "shape", "tooltip"];

/**
 * Outputs of a new Gate, without their links.
 *
 * @type {{name: string, type: string}[]}
 */
let allOutputs = [];

/**
 * Fit the outputs of a new node once the editor has configured and connected it, and from then on
 * after each change of its connections. Nodes of other types stay as they are.
 *
 * @param {any} node
 */
export function watchOutputs(node) {
  if (node.comfyClass !== GATE) return;
  learnOutputs(node); // a saved Gate may lack some of them
  const { onConfigure, onConnectionsChange } = node;
  let isNew = true;
  node.onConfigure = (/** @type {unknown[]} */ ...parameters) => {
    isNew = false; // it has the size that its maker chose
    onConfigure?.apply(node, parameters);
  };
  node.onConnectionsChange = (/** @type {unknown[]} */ ...parameters) => {
    onConnectionsChange?.apply(node, parameters);
    queueMicrotask(() => fitOutputs(node));
  };
  // The editor connects a copied or loaded node right after it was created, by numbers of outputs.
  queueMicrotask(() => {
    fitOutputs(node);
    if (isNew && node.graph) node.setSize([node.size[0], node.computeSize()[1]]);
  });
}

/** Fit the outputs of all Gates of the workflow, after it was loaded. */
export function fitAllOutputs() {
  const waiting = [rootGraph()];
  for (let graph = waiting.pop(); graph; graph = waiting.pop()) {
    for (const node of graph.nodes ?? []) {
      if (node.comfyClass === GATE) fitOutputs(node);
      if (node.subgraph) waiting.push(node.subgraph);
    }
  }
}

/**
 * Remove the outputs at the end that nothing calls for, and add those that are missing. No output
 * changes its number, by which workflows and prompts refer to it.
 *
 * @param {any} node
 */
function fitOutputs(node) {
  if (!node.graph) return;
  learnOutputs(node);
  const needed = neededOutputs(node);
  for (let slot = node.outputs.length - 1; slot >= needed; slot--) node.removeOutput(slot);
  for (let slot = node.outputs.length; slot < needed; slot++) {
    const { name, type, ...more } = allOutputs[slot];
    node.addOutput(name, type, more);
  }
}

/** @param {any} node */
function learnOutputs({ outputs = [] }) {
  if (outputs.length > allOutputs.length) allOutputs = outputs.map(withoutLinks);
}

/**
 * Return the number of outputs, from the first one, that a Gate's connections call for.
 *
 * @param {any} node
 * @returns {number}
 */
function neededOutputs(node) {
  const names = allOutputs.map(({ name }) => name);
  const connected = node.inputs
    .filter((/** @type {any} */ _, /** @type {number} */ slot) => node.isInputConnected(slot))
    .map((/** @type {{name: string}} */ { name }) => name);
  const divided = DIVIDED.filter((name) => connected.includes(name));
  const neededNames = [...ALWAYS, ...divided.map((name) => `rejected_${name}`)];
  const used = node.outputs.flatMap((/** @type {unknown} */ _, /** @type {number} */ slot) =>
    node.isOutputConnected(slot) ? slot : [],
  );
  return Math.max(...used, ...neededNames.map((name) => names.indexOf(name))) + 1;
}

/** @param {Record<string, any>} output */
function withoutLinks(output) {
  const entries = KEPT.filter((key) => output[key] !== undefined).map((key) => [key, output[key]]);
  return Object.fromEntries(entries);
}
