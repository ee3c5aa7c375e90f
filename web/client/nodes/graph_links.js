/** Search for the nodes that links of the open graph connect. */

import { rootGraph } from "./find.js";

const REROUTE = "Reroute"; // a node of the editor that no prompt contains
const DEEPEST = 50; // most reroutes and subgraph borders in a connection; more may be a cycle

/**
 * Return the node that an input is connected to, through reroutes and borders of subgraphs.
 *
 * @param {any} node
 * @param {{link: number | null}} input
 * @returns {any} null if it is not connected
 */
export function originOf(node, input) {
  return originOfLink(node.graph, input.link, 0);
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
    (each.inputs ?? []).some(
      (/** @type {any} */ input) => input.type === type && originOf(each, input) === node,
    ),
  );
}

/**
 * Return the node that a link comes from, through reroutes and borders of subgraphs.
 *
 * @param {any} graph
 * @param {number | null | undefined} linkId
 * @param {number} depth
 * @returns {any}
 */
function originOfLink(graph, linkId, depth) {
  const link = linkId == null || depth > DEEPEST ? null : graph?.getLink(linkId);
  if (!link) return null;
  const origin = graph.getNodeById(link.origin_id);
  if (!origin) return originOutside(graph, link.origin_slot, depth);
  if (origin.subgraph) {
    const inside = origin.subgraph.outputs?.[link.origin_slot]?.linkIds?.[0];
    return originOfLink(origin.subgraph, inside, depth + 1);
  }
  if (origin.type === REROUTE) return originOfLink(graph, origin.inputs?.[0]?.link, depth + 1);
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
  return outer ? originOfLink(outer.graph, outer.inputs?.[slot]?.link, depth + 1) : null;
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
