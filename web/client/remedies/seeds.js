/** Search for the node with a seed that makes the frames, and the remedy "try the next seed". */

import { app } from "../../../scripts/app.js";
import { isOff, locatorOf, nodeAtPath, pathOf } from "../nodes/find.js";
import { linkInto, originOf } from "../nodes/graph_links.js";
import { words } from "../words.js";
import { pathAround } from "./frames_source.js";
import { setValue, slotNamed, widgetNamed } from "./wiring.js";

/** @import { Failure, Plan } from "./plans.js" */

const SEEDS = ["seed", "noise_seed"];
const VALUES = [...SEEDS, "value"]; // names of widgets that give a seed to other nodes
const CONTROL = "control_after_generate";
const MOST_STEPS = 500; // nodes to look at

/**
 * Return the nearest node upstream that has a seed; null if there is none.
 *
 * @param {any} node
 * @returns {any}
 */
export function seededNode(node) {
  const waiting = originsOf(node);
  const visited = new Set([node]);
  for (let index = 0; index < waiting.length && index < MOST_STEPS; index += 1) {
    const candidate = waiting[index];
    if (visited.has(candidate)) continue;
    visited.add(candidate);
    if (!isOff(candidate) && seedName(candidate)) return candidate;
    waiting.push(...originsOf(candidate));
  }
  return null;
}

/**
 * Return the name of a node's seed, an input with a widget.
 *
 * @param {any} node
 */
export function seedName(node) {
  return SEEDS.find((name) => typeof widgetNamed(node, name)?.value === "number");
}

/** @param {any} node */
function originsOf(node) {
  const slots = [...(node.inputs ?? []).keys()];
  return slots.map((slot) => originOf(node, slot)).filter(Boolean);
}

/**
 * Return the node and the name of the widget that the seed of a node comes from.
 *
 * @param {any} node that has a seed
 * @returns {{node: any, name: string} | null} null if another node computes the seed
 */
export function seedWidget(node) {
  const name = /** @type {string} */ (seedName(node));
  const slot = slotNamed(node, name);
  const link = slot >= 0 && linkInto(node, slot);
  if (!link) return { node, name };
  const origin = originOf(node, slot);
  if (origin) return widgetOf(origin, VALUES);
  const outer = outerNode(node);
  const input = outer && !node.graph.getNodeById(link.origin_id) && outer.inputs[link.origin_slot];
  return input ? widgetOf(outer, [input.widget?.name ?? input.name, input.name]) : null;
}

/**
 * @param {any} node
 * @param {string[]} names
 */
function widgetOf(node, names) {
  const name = names.find((each) => typeof widgetNamed(node, each)?.value === "number");
  return name ? { node, name } : null;
}

/**
 * Return the node that displays the graph of a node; null for the outermost graph.
 *
 * @param {any} node
 */
function outerNode(node) {
  const path = pathOf(locatorOf(node));
  const around = path && pathAround(path);
  return around ? nodeAtPath(around) : null;
}

/**
 * Plan to run the workflow again with the next seed.
 *
 * @param {Failure} failure
 * @returns {Plan}
 */
export function nextSeed({ node, run }) {
  const sampler = seededNode(node);
  if (!sampler) return { missing: words("remedies.no_seed") };
  const place = seedWidget(sampler);
  if (!place) return { missing: words("remedies.computed_seed", { name: sampler.title }) };
  const control = widgetNamed(place.node, CONTROL);
  const seed = nextAfter(place, control, run);
  return {
    graph: place.node.graph,
    values: { seed, name: sampler.title },
    queues: true,
    apply() {
      // The editor would change the seed again before it queues the prompt.
      if (control && changesBefore()) setValue(place.node, CONTROL, "fixed");
      setValue(place.node, place.name, seed);
      return null;
    },
  };
}

/**
 * Return the seed after the one of a run. The editor may have changed the widget since.
 *
 * @param {{node: any, name: string}} place
 * @param {any} control widget that says how the editor changes the seed
 * @param {Failure["run"]} run
 */
function nextAfter({ node, name }, control, run) {
  const widget = widgetNamed(node, name);
  const path = pathOf(locatorOf(node));
  const ran = path ? run.graph[path]?.inputs[name] : undefined;
  const isFixed = !control || control.value === "fixed";
  const seed = (isFixed || typeof ran !== "number" ? widget.value : ran) + 1;
  const { max } = widget.options ?? {};
  return Number.isSafeInteger(seed) && !(seed > max) ? seed : 0;
}

/** Return true if the editor changes seeds before it queues a prompt, not after. */
function changesBefore() {
  const { setting } = /** @type {any} */ (app).extensionManager;
  return setting.get("Comfy.WidgetControlMode") === "before";
}
