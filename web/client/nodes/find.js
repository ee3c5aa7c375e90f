/** Search for nodes of the open graph by their paths in a prompt. */

import { app } from "../../../scripts/app.js";

export const MUTED = 2; // LiteGraph's number of this mode
const BYPASSED = 4; // LiteGraph's number of this mode

/** Return the open graph with its subgraphs. */
export function rootGraph() {
  return /** @type {any} */ (app).rootGraph;
}

/**
 * Return a node by its path in a prompt: `5`, or `12:5` for node 5 in the subgraph of node 12.
 *
 * @param {string} path
 */
export function nodeAtPath(path) {
  const [id, ...enclosing] = path.split(":").reverse();
  const subgraphOf = (/** @type {any} */ graph, /** @type {string} */ node) =>
    graph?.getNodeById(node)?.subgraph;
  const graph = enclosing.reduceRight(subgraphOf, rootGraph());
  return graph?.getNodeById(id);
}

/**
 * Return the name under which the editor keeps a node's output: `5`, or `<id of a subgraph>:5`.
 *
 * @param {any} node
 */
export function locatorOf({ id, graph }) {
  return graph === rootGraph() ? String(id) : `${graph.id}:${id}`;
}

/**
 * Return the path of a node whose output the editor keeps under this name: `5`, or
 * `<id of a subgraph>:5`; null if no node shows that subgraph.
 *
 * @param {string} locator
 */
export function pathOf(locator) {
  const [id, subgraph] = locator.split(":").reverse();
  if (!subgraph) return id;
  const enclosing = pathInto(rootGraph(), subgraph);
  return enclosing && `${enclosing}:${id}`;
}

/**
 * Return the path of the node that displays a subgraph.
 *
 * @param {any} graph that is searched, with its subgraphs
 * @param {string} subgraph id of the subgraph
 * @returns {string | null} null if no node displays it
 */
function pathInto(graph, subgraph) {
  for (const node of graph?.nodes ?? []) {
    if (!node.subgraph) continue;
    if (node.subgraph.id === subgraph) return String(node.id);
    const within = pathInto(node.subgraph, subgraph);
    if (within) return `${node.id}:${within}`;
  }
  return null;
}

/**
 * Return true if a node is muted or bypassed.
 *
 * @param {{mode: number}} node
 */
export function isOff({ mode }) {
  return mode === MUTED || mode === BYPASSED;
}
