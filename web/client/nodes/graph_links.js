/** Search for the nodes that links of the open graph connect. */

import { rootGraph } from "./find.js";

const REROUTE = "Reroute"; // a node of the editor that no prompt contains
const DEEPEST = 50; // most reroutes and subgraph borders in a connection; more may be a cycle

/**
 * Return the indices of a node's inputs of this type.
 *
 * @param {any} node
 * @param {string} type
 * @returns {number[]}
 */
export function inputsOf(node, type) {
  return (node?.inputs ?? []).flatMap(
    (/** @type {{type: string}} */ input, /** @type {number} */ slot) =>
      input.type === type ? [slot] : [],
  );
}

/**
 * Return the node that an input is connected to, through reroutes and borders of subgraphs.
 *
 * @param {any} node
 * @param {number} slot index of the input
 * @returns {any} null if it is not connected
 */
export function originOf(node, slot) {
  return originOfLink(node.graph, linkInto(node, slot), 0);
}

/**
 * Return the nodes of a graph and its subgraphs that take an output of this type from a node.
 *
 * @param {any} node
 * @param {string} type
 * @returns {any[]}
 */
export function consumersOf(node, type) {
  return allNodes(rootGraph()).filter((each) =>
    inputsOf(each, type).some((slot) => originOf(each, slot) === node),
  );
}

/**
 * Return the node that a link comes from, through reroutes and borders of subgraphs.
 *
 * @param {any} graph that contains the link
 * @param {any} link null if there is none
 * @param {number} depth
 * @returns {any}
 */
function originOfLink(graph, link, depth) {
  if (!link || depth > DEEPEST) return null;
  const origin = graph.getNodeById(link.origin_id);
  if (!origin) return originOutside(graph, link.origin_slot, depth);
  if (origin.subgraph) {
    const [inside] = origin.subgraph.outputs?.[link.origin_slot]?.getLinks() ?? [];
    return originOfLink(origin.subgraph, inside, depth + 1);
  }
  if (origin.type === REROUTE) return originOfLink(graph, linkInto(origin, 0), depth + 1);
  return origin;
}

/**
 * Return the node that an input of a subgraph is connected to.
 *
 * @param {any} subgraph
 * @param {number} slot of its inputs
 * @param {number} depth
 */
function originOutside(subgraph, slot, depth) {
  const outer = allNodes(rootGraph()).find((node) => node.subgraph === subgraph);
  return outer ? originOfLink(outer.graph, linkInto(outer, slot), depth + 1) : null;
}

/**
 * Return the link that ends at an input; null if there is none.
 *
 * A node's own `getInputLink` can't be used: a subgraph's returns a link of its inner graph.
 *
 * @param {any} node
 * @param {number} slot index of the input
 */
function linkInto({ graph, id }, slot) {
  for (const link of graph?.links.values() ?? []) {
    if (link.target_slot === slot && String(link.target_id) === String(id)) return link;
  }
  return null;
}

/**
 * @param {any} graph
 * @returns {any[]}
 */
function allNodes(graph) {
  return (graph?.nodes ?? []).flatMap((/** @type {any} */ node) =>
    node.subgraph ? [node, ...allNodes(node.subgraph)] : [node],
  );
}
