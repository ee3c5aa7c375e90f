/** Search for the nodes that links of the open graph connect. */

import { rootGraph } from "./find.js";

const DEEPEST = 50; // most virtual nodes and subgraph borders in a connection; more may be a cycle

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
 * Return the node that an input is connected to, through virtual nodes and borders of subgraphs.
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
 * Return the node that a link comes from, through virtual nodes and borders of subgraphs.
 *
 * @param {any} graph that contains the link
 * @param {any} link null if there is none
 * @param {number} depth
 * @returns {any}
 */
function originOfLink(graph, link, depth) {
  if (!link) return null;
  const origin = graph.getNodeById(link.origin_id);
  if (!origin) return originOutside(graph, link.origin_slot, depth);
  return originOfOutput(origin, link.origin_slot, depth);
}

/**
 * Return the node that makes what an output gives.
 *
 * @param {any} node
 * @param {number} slot of its outputs
 * @param {number} depth
 * @returns {any}
 */
function originOfOutput(node, slot, depth) {
  if (depth > DEEPEST) return null;
  if (node.subgraph) {
    const [inside] = node.subgraph.outputs?.[slot]?.getLinks() ?? [];
    return originOfLink(node.subgraph, inside, depth + 1);
  }
  return node.isVirtualNode ? originBehind(node, slot, depth) : node;
}

/**
 * Return the node behind a virtual node: a node that no prompt contains, such as the editor's or
 * rgthree-comfy's reroutes, or the Get of KJNodes and Easy-Use. The editor makes its prompts with
 * the same two methods.
 *
 * @param {any} node
 * @param {number} slot of its outputs
 * @param {number} depth
 */
function originBehind(node, slot, depth) {
  try {
    const source = node.resolveVirtualOutput?.(slot); // in another graph
    if (source) return originOfOutput(source.node, source.slot, depth + 1);
    return originOfLink(node.graph, node.getInputLink?.(slot), depth + 1);
  } catch {
    return null; // Easy-Use's Get throws an error if it has no Set
  }
}

/**
 * Return the node that an input of a subgraph is connected to.
 *
 * @param {any} subgraph
 * @param {number} slot of its inputs
 * @param {number} depth
 */
function originOutside(subgraph, slot, depth) {
  if (depth > DEEPEST) return null;
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
export function linkInto({ graph, id }, slot) {
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
