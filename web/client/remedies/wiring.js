/** New nodes in the open graph, wired between nodes that are there. */

import { app } from "../../../scripts/app.js";
import { inputsOf, linkInto } from "../nodes/graph_links.js";
import { linksFrom, sourceOf, withUpstream } from "./frames_source.js";

/** @import { Source } from "./frames_source.js" */

const TITLE = 30; // height of a node's title, which stands above the node's position
const GAP = 24; // px between nodes
const RESULTS = 120; // px below a new node for the results that it will display
const [STEP_X, STEP_Y, STEPS] = [70, 45, 16]; // places around the wished one that are tried

/**
 * Add a node to a graph, at the free place nearest to a position.
 *
 * @param {any} graph
 * @param {string} type
 * @param {[number, number]} position
 * @returns {any} the node
 */
export function addNode(graph, type, position) {
  const node = /** @type {any} */ (globalThis).LiteGraph.createNode(type);
  node.pos = freePlace(graph, node.size, position);
  graph.add(node);
  return node;
}

/**
 * Return the free place nearest to a position.
 *
 * @param {{nodes: any[]}} graph
 * @param {[number, number]} size of the new node
 * @param {[number, number]} position
 * @returns {[number, number]}
 */
export function freePlace({ nodes }, [width, height], [x, y]) {
  /** @type {[number, number][]} */
  const places = [];
  for (let right = -STEPS; right <= STEPS; right += 1) {
    for (let down = -STEPS; down <= STEPS; down += 1) places.push([right * STEP_X, down * STEP_Y]);
  }
  places.sort((one, other) => detour(one) - detour(other));
  const isFree = (/** @type {[number, number]} */ [right, down]) =>
    nodes.every(
      ({ pos, size }) =>
        x + right + width + GAP <= pos[0] ||
        pos[0] + size[0] + GAP <= x + right ||
        y + down + height + RESULTS + GAP <= pos[1] - TITLE ||
        pos[1] + size[1] + GAP <= y + down - TITLE,
    );
  const [right, down] = places.find(isFree) ?? [0, 0];
  return [x + right, y + down];
}

/**
 * Return how far a place is from the wished one. Graphs are read from left to right and downwards,
 * so a place at the right or below is nearer than one at the left or above.
 *
 * @param {[number, number]} place
 */
function detour([right, down]) {
  return Math.hypot(right < 0 ? 2 * right : right, down < 0 ? 3 * down : down);
}

/**
 * Move a link to another output: what it leads to, another node or the border of a subgraph, now
 * takes the other output.
 *
 * @param {any} graph
 * @param {any} link
 * @param {any} node
 * @param {number} slot of the node's outputs
 */
export function moveLink(graph, link, node, slot) {
  const target = graph.getNodeById(link.target_id);
  if (target) node.connect(slot, target, link.target_slot);
  else graph.outputs[link.target_slot].connect(node.outputs[slot], node);
}

/**
 * Let an input of a new node take what the input of this name takes at another node: its link, or
 * its value.
 *
 * @param {any} node the new node
 * @param {string} name
 * @param {{node: any, path: string, inputs: Record<string, any>}} like the other node; `inputs`:
 *   its inputs in the run, for a value that comes from a subgraph's own widget
 */
export function takeAlike(node, name, { node: other, path, inputs }) {
  const slot = slotNamed(other, name);
  const widget = widgetNamed(other, name);
  if (slot >= 0 && linkInto(other, slot)) {
    const source = sourceOf(other, slot, path);
    if (source && source.graph === node.graph) {
      source.node.connect(source.slot, node, slotNamed(node, name));
    } else if (!Array.isArray(inputs[name]) && inputs[name] !== undefined) {
      setValue(node, name, inputs[name]);
    }
  } else if (widget) setValue(node, name, widget.value);
}

/**
 * Set the value of a node's widget, as if it was typed in.
 *
 * @param {any} node
 * @param {string} name
 * @param {unknown} value
 */
export function setValue(node, name, value) {
  const widget = widgetNamed(node, name);
  if (!widget) return;
  widget.value = value;
  widget.callback?.(value, app.canvas, node);
  node.setDirtyCanvas?.(true, true);
}

/**
 * Return the index of an input; -1 if there is none of this name.
 *
 * @param {any} node
 * @param {string} name
 * @returns {number}
 */
export function slotNamed(node, name) {
  return (node.inputs ?? []).findIndex((/** @type {any} */ input) => input.name === name);
}

/**
 * @param {any} node
 * @param {string} name
 */
export function widgetNamed(node, name) {
  return (node.widgets ?? []).find((/** @type {any} */ widget) => widget.name === name);
}

/**
 * Return the links from an output that may go through a node that changes the frames: not those to
 * nodes that the new node depends on, and not those to nodes that must have the original frames.
 *
 * @param {Source} source
 * @param {any[]} needed nodes that the new node takes something from
 * @param {string[]} alternatives types of nodes that are another way to change the frames
 */
export function movableLinks(source, needed, alternatives) {
  const upstream = withUpstream(needed);
  return linksFrom(source).filter((link) => {
    const target = source.graph.getNodeById(link.target_id);
    if (!target) return true;
    return (
      !upstream.has(target) && !alternatives.includes(target.type) && !hasOneForEachFrame(target)
    );
  });
}

/**
 * Return true if a node takes latents or masks beside its frames, one for each frame. They would no
 * longer fit to changed frames.
 *
 * @param {any} node
 */
function hasOneForEachFrame(node) {
  return ["LATENT", "MASK"].some((type) =>
    inputsOf(node, type).some((slot) => linkInto(node, slot)),
  );
}
