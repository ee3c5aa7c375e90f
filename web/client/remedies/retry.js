/** Remedy that runs the nodes between a sampler and a failed node again until the node passes. */

import { linkInto } from "../nodes/graph_links.js";
import { outputsOf } from "../nodes/preview.js";
import { words } from "../words.js";
import { framesOf } from "./insert.js";
import { withUpstream } from "./frames_source.js";
import { seededNode, seedName } from "./seeds.js";
import { addNode, moveLink, setValue, slotNamed, widgetNamed } from "./wiring.js";

/** @import { Failure, Plan } from "./plans.js" */

const [START, END] = ["AnimeRetryStart", "AnimeRetryEnd"];
const REPORT = "ANIME_REPORT";
const SLOTS = 6; // of a Retry End, beside its report
// A Retry can't contain nodes that may block, nor parts of other loops.
const NOT_WITHIN = [
  "AnimeGate", "AnimeBestTake", "AnimeBestOf", "AnimeJobLoad", START, END, "StartLoop", "EndLoop",
]; // prettier-ignore
const CONTROL = "control_after_generate";

/**
 * Plan a Retry around the sampler and everything between it and the failed node.
 *
 * @param {Failure} failure
 * @returns {Plan}
 */
export function retry(failure) {
  const { node } = failure;
  const [reportSlot] = outputsOf(node, REPORT);
  const sampler = seededNode(node);
  if (!sampler || reportSlot === undefined) return { missing: words("remedies.no_seed") };
  const name = sampler.title;
  if (sampler.type === START || node.type === END) return { missing: words("remedies.retry_there") };
  const { graph } = node;
  if (sampler.graph !== graph) return { missing: words("remedies.other_graph", { name }) };
  const body = between(sampler, node);
  const refusal = [...body].find((each) => NOT_WITHIN.includes(each.type));
  if (refusal) return { missing: words("remedies.retry_blocked", { name: refusal.title }) };
  const exits = exitsOf(body, graph);
  const frames = framesOf(failure);
  if (frames && frames.graph === graph && body.has(frames.node)) {
    const key = `${frames.node.id} ${frames.slot}`;
    exits.set(key, exits.get(key) ?? { node: frames.node, slot: frames.slot, takers: [] });
  }
  const report = exits.get(`${node.id} ${reportSlot}`);
  exits.delete(`${node.id} ${reportSlot}`);
  const blocked = [...exits.values()].find((exit) => exit.node.outputs[exit.slot].name === "score");
  if (blocked) return { missing: words("remedies.retry_score", { name: blocked.node.title }) };
  if (exits.size > SLOTS) return { missing: words("remedies.retry_full", { name }) };
  return {
    graph,
    values: { name },
    apply() {
      const start = addNode(graph, START, [sampler.pos[0] - 320, sampler.pos[1]]);
      const end = addNode(graph, END, [node.pos[0] + node.size[0] + 60, node.pos[1]]);
      wireSeed(sampler, start);
      node.connect(reportSlot, end, slotNamed(end, "report"));
      const [endReport] = outputsOf(end, REPORT);
      for (const link of report?.takers ?? []) moveLink(graph, link, end, endReport);
      [...exits.values()].forEach((exit, index) => {
        const slot = `slot_${index + 1}`;
        exit.node.connect(exit.slot, end, slotNamed(end, slot));
        const output = end.outputs.findIndex((/** @type {any} */ each) => each.name === slot);
        for (const link of exit.takers) moveLink(graph, link, end, output);
      });
      return end;
    },
  };
}

/**
 * Return the nodes that depend on a node and that another node depends on, with both of them.
 *
 * @param {any} first
 * @param {any} last
 * @returns {Set<any>}
 */
function between(first, last) {
  const upstream = withUpstream([last]);
  return new Set([...upstream].filter((node) => withUpstream([node]).has(first)));
}

/**
 * Return the outputs of some nodes that other nodes take, each with the links to these.
 *
 * @param {Set<any>} body
 * @param {any} graph
 * @returns {Map<string, {node: any, slot: number, takers: any[]}>}
 */
function exitsOf(body, graph) {
  const exits = new Map();
  for (const link of graph.links.values()) {
    const node = graph.getNodeById(link.origin_id);
    const target = graph.getNodeById(link.target_id);
    if (!body.has(node) || body.has(target)) continue;
    const key = `${node.id} ${link.origin_slot}`;
    const exit = exits.get(key) ?? { node, slot: link.origin_slot, takers: [] };
    exit.takers.push(link);
    exits.set(key, exit);
  }
  return exits;
}

/**
 * Let a sampler take its seed from a Retry Start, which takes the sampler's.
 *
 * @param {any} sampler
 * @param {any} start
 */
function wireSeed(sampler, start) {
  const name = /** @type {string} */ (seedName(sampler));
  const slot = slotNamed(sampler, name);
  const link = linkInto(sampler, slot);
  const origin = link && sampler.graph.getNodeById(link.origin_id);
  if (origin) origin.connect(link.origin_slot, start, slotNamed(start, "seed"));
  else setValue(start, "seed", widgetNamed(sampler, name).value);
  const control = widgetNamed(sampler, CONTROL);
  if (control) setValue(start, CONTROL, control.value);
  start.connect(0, sampler, slot);
}
