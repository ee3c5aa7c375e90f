/** Search for the output that the frames of a node come from, and for what else takes them. */

import { linkInto } from "../nodes/graph_links.js";
import { nodeAtPath, rootGraph } from "../nodes/find.js";

const DEEPEST = 50; // most virtual nodes and borders in a connection; more may be a cycle

/**
 * Output of a node in a graph that can be changed.
 *
 * @typedef {object} Source
 * @property {any} graph that contains the node
 * @property {any} node
 * @property {number} slot of the node's outputs
 */

/**
 * Return the path of the node that displays the subgraph of a path; "" in the outermost graph.
 *
 * @param {string} path `12:5` for node 5 in the subgraph of node 12
 */
export function pathAround(path) {
  return path.split(":").slice(0, -1).join(":");
}

/**
 * Return the output that an input is connected to, through virtual nodes and out of subgraphs. A
 * subgraph that makes the value stays closed: its node is the source.
 *
 * @param {any} node
 * @param {number} slot of the node's inputs
 * @param {string} path of the node
 * @returns {Source | null} null if nothing is connected, or nobody can tell what
 */
export function sourceOf(node, slot, path) {
  let around = pathAround(path);
  for (let depth = 0; depth < DEEPEST; depth += 1) {
    const link = linkInto(node, slot);
    if (!link) return null;
    const { graph } = node;
    const origin = graph.getNodeById(link.origin_id);
    if (origin && !origin.isVirtualNode) return { graph, node: origin, slot: link.origin_slot };
    if (origin) {
      const behind = behindVirtual(origin, link.origin_slot);
      if (!behind) return null;
      if (behind.source) return sourceWithin(behind.source, graph);
      [node, slot] = [origin, behind.slot];
    } else {
      const outer = around && nodeAtPath(around);
      if (!outer) return null;
      [node, slot, around] = [outer, link.origin_slot, pathAround(around)];
    }
  }
  return null;
}

/**
 * Return the source of a virtual node, or its input that leads to the source.
 *
 * @param {any} node such as a reroute, or the Get of another pack
 * @param {number} slot of its outputs
 */
function behindVirtual(node, slot) {
  try {
    const source = node.resolveVirtualOutput?.(slot);
    if (source) return { source, slot };
    const link = node.getInputLink?.(slot);
    return link ? { slot: link.target_slot } : null;
  } catch {
    return null; // Easy-Use's Get throws an error if it has no Set
  }
}

/**
 * Return a virtual node's source if it is in the same graph or the outermost one.
 *
 * @param {{node: any, slot: number}} source
 * @param {any} graph
 */
function sourceWithin({ node, slot }, graph) {
  const near = node?.graph === graph || node?.graph === rootGraph();
  return near ? { graph: node.graph, node, slot } : null;
}

/**
 * Return the links that come from an output.
 *
 * @param {Source} source
 * @returns {any[]}
 */
export function linksFrom({ graph, node, slot }) {
  return [...graph.links.values()].filter(
    (link) => String(link.origin_id) === String(node.id) && link.origin_slot === slot,
  );
}

/**
 * Return these nodes and all nodes of their graph that they depend on.
 *
 * @param {any[]} nodes
 * @returns {Set<any>}
 */
export function withUpstream(nodes) {
  const upstream = new Set();
  const waiting = nodes.filter(Boolean);
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (upstream.has(node)) continue;
    upstream.add(node);
    for (const link of node.graph?.links.values() ?? []) {
      if (String(link.target_id) !== String(node.id)) continue;
      const origin = node.graph.getNodeById(link.origin_id);
      if (origin) waiting.push(origin);
    }
    for (const slot of node.isVirtualNode ? (node.outputs ?? []).keys() : []) {
      const source = behindVirtual(node, slot)?.source;
      if (source?.node?.graph === node.graph) waiting.push(source.node);
    }
  }
  return upstream;
}
