/** Remedies that put a node behind the frames of a failed node: Close Loop and Video Deflicker. */

import { inputsOf, linkInto } from "../nodes/graph_links.js";
import { JUDGED_BY_OUTPUT, outputsOf } from "../nodes/preview.js";
import { words } from "../words.js";
import { linksFrom, sourceOf } from "./frames_source.js";
import { addNode, movableLinks, moveLink, slotNamed, takeAlike } from "./wiring.js";

/**
 * @import { Source } from "./frames_source.js"
 * @import { Failure, Plan } from "./plans.js"
 */

export const CLOSE_LOOP = "AnimeLoopClose";
const FIND_LOOP = "AnimeLoopFind";
const RETRY_END = "AnimeRetryEnd";
const DEFLICKER = "VideoDeflicker"; // of ComfyUI itself, from 0.46 on
const FLOW = "OPTICAL_FLOW";
const FLOW_LOADER = "OpticalFlowLoader";

/**
 * Return the output that the judged frames come from: the node's own output for a node that judges
 * what it makes.
 *
 * @param {Failure} failure
 * @returns {Source | null}
 */
export function framesOf({ node, path }) {
  if (JUDGED_BY_OUTPUT.has(node.type)) {
    const [slot] = outputsOf(node, "IMAGE");
    return slot === undefined ? null : { graph: node.graph, node, slot };
  }
  const [slot] = inputsOf(node, "IMAGE");
  return slot === undefined ? null : sourceOf(node, slot, path);
}

/**
 * Return true if a node judges frames that another node can be put behind. The frames of a Retry
 * belong to the nodes within it.
 *
 * @param {any} node
 */
function judgesFrames(node) {
  return node.type !== RETRY_END && inputsOf(node, "IMAGE").length > 0;
}

/**
 * Plan a Close Loop behind the frames; null for a node that judges no frames.
 *
 * @param {Failure} failure
 * @returns {Plan | null}
 */
export function closeLoop(failure) {
  const { node } = failure;
  if (!judgesFrames(node)) return null;
  const source = framesOf(failure);
  if (node.type === CLOSE_LOOP || source?.node.type === CLOSE_LOOP) {
    return { missing: words("remedies.there_already") };
  }
  if (!source) return { missing: words("remedies.no_frames") };
  return {
    graph: source.graph,
    apply() {
      const closing = addBehind(source, CLOSE_LOOP);
      for (const name of ["fps", "backend", "profile"]) takeAlike(closing, name, failure);
      const sound = soundOf(source);
      if (sound) sound.node.connect(sound.slot, closing, slotNamed(closing, "audio"));
      const needed = closing.inputs.map((/** @type {any} */ _, /** @type {number} */ slot) =>
        directOrigin(closing, slot),
      );
      const links = movableLinks(source, [...needed, sound?.node], [CLOSE_LOOP, FIND_LOOP]);
      const moved = links.map((link) => source.graph.getNodeById(link.target_id)).filter(Boolean);
      const soundLinks = sound ? linksFrom(sound) : [];
      source.node.connect(source.slot, closing, slotNamed(closing, "images"));
      for (const link of links) moveLink(source.graph, link, closing, 0);
      for (const link of soundLinks) {
        const target = source.graph.getNodeById(link.target_id);
        const [slot] = outputsOf(closing, "AUDIO");
        if (moved.includes(target)) moveLink(source.graph, link, closing, slot);
      }
      return closing;
    },
  };
}

/**
 * Plan a Video Deflicker behind the frames; null if ComfyUI doesn't have the node, or for a node
 * that judges no frames.
 *
 * @param {Failure} failure
 * @returns {Plan | null}
 */
export function deflicker(failure) {
  const { registered_node_types: types } = /** @type {any} */ (globalThis).LiteGraph;
  if (!types[DEFLICKER] || !judgesFrames(failure.node)) return null;
  const source = framesOf(failure);
  if (source?.node.type === DEFLICKER) return { missing: words("remedies.there_already") };
  if (!source) return { missing: words("remedies.no_frames") };
  const flow = flowSource(source.graph);
  if (!flow && !hasFlowModel(types[FLOW_LOADER])) return { missing: words("remedies.no_flow") };
  return {
    graph: source.graph,
    apply() {
      const added = addBehind(source, DEFLICKER);
      const [flowSlot] = inputsOf(added, FLOW);
      if (flowSlot !== undefined) {
        const { node, slot } = flow ?? {
          node: addNode(source.graph, FLOW_LOADER, [added.pos[0], added.pos[1] + added.size[1]]),
          slot: 0,
        };
        node.connect(slot, added, flowSlot);
      }
      const links = movableLinks(source, [flow?.node], [DEFLICKER]);
      source.node.connect(source.slot, added, inputsOf(added, "IMAGE")[0]);
      const [output] = outputsOf(added, "IMAGE");
      for (const link of links) moveLink(source.graph, link, added, output);
      return added;
    },
  };
}

/**
 * Add a node at the right of a source.
 *
 * @param {Source} source
 * @param {string} type
 */
function addBehind({ graph, node }, type) {
  return addNode(graph, type, [node.pos[0] + node.size[0] + 60, node.pos[1]]);
}

/**
 * Return the output that gives the sound of some frames: what a node that takes both gets.
 *
 * @param {Source} source of the frames
 * @returns {Source | null}
 */
function soundOf(source) {
  const { graph } = source;
  for (const link of linksFrom(source)) {
    const target = graph.getNodeById(link.target_id);
    for (const slot of target ? inputsOf(target, "AUDIO") : []) {
      const sound = linkInto(target, slot);
      const node = sound && graph.getNodeById(sound.origin_id);
      if (node) return { graph, node, slot: sound.origin_slot };
    }
  }
  return null;
}

/**
 * @param {any} node
 * @param {number} slot of its inputs
 */
function directOrigin(node, slot) {
  const link = linkInto(node, slot);
  return link ? node.graph.getNodeById(link.origin_id) : null;
}

/**
 * Return an output of a graph that gives a model for optical flow.
 *
 * @param {any} graph
 * @returns {{node: any, slot: number} | null}
 */
function flowSource(graph) {
  const node = graph.nodes.find((/** @type {any} */ each) => outputsOf(each, FLOW).length > 0);
  return node ? { node, slot: outputsOf(node, FLOW)[0] } : null;
}

/** @param {any} loader type of the node that loads models for optical flow */
function hasFlowModel(loader) {
  const inputs = Object.values(loader?.nodeData?.input?.required ?? {});
  return inputs.some(([type, options]) =>
    Array.isArray(type) ? type.length > 0 : options?.options?.length > 0,
  );
}
