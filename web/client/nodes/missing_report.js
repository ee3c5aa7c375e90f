/** Message for nodes that lack their report because another node is muted or bypassed. */

import { showToast } from "../parts/toast.js";
import { words } from "../words.js";
import { isOff, MUTED, nodeAtPath } from "./find.js";
import { consumersOf, inputsOf, originOf } from "./graph_links.js";

const REPORT = "ANIME_REPORT";
const MISSING = "required_input_missing";

/**
 * Types of ComfyUI's errors for a node, and of a missing report.
 *
 * @typedef {{errors?: {type: string, extra_info?: {input_name?: string}}[]}} NodeErrors
 * @typedef {{source: any, consumers: any[]}} MissingReport `source`: a muted or bypassed
 *   node; `consumers`: the nodes that lack a report because of it
 */

/** @type {(() => void) | null} removes the displayed message */
let removeMessage = null;

/**
 * Display which muted or bypassed node leaves other nodes without their report, and which nodes to
 * bypass too. ComfyUI's own message says only that an input is missing.
 *
 * @param {Record<string, NodeErrors>} nodeErrors of a prompt that ComfyUI refused, by path
 */
export function explainMissingReports(nodeErrors) {
  const missing = missingReports(Object.keys(nodeErrors).filter((path) => lacksReport(path)));
  if (missing.length === 0) return;
  removeMessage?.();
  const detail = missing.map(missingReportText).join("\n");
  removeMessage = showToast("warn", words("missing_report.title"), detail);

  /** @param {string} path */
  function lacksReport(path) {
    const node = nodeAtPath(path);
    const names = inputsOf(node, REPORT).map((slot) => node.inputs[slot].name);
    return (nodeErrors[path].errors ?? []).some(
      ({ type, extra_info: info }) => type === MISSING && names.includes(info?.input_name),
    );
  }
}

/**
 * Return the muted or bypassed nodes that leave other nodes without a report.
 *
 * @param {string[]} paths of the nodes without a report
 * @returns {MissingReport[]}
 */
function missingReports(paths) {
  /** @type {Map<any, Set<any>>} */
  const bySource = new Map();
  for (const path of paths) {
    const node = nodeAtPath(path);
    const off = inputsOf(node, REPORT)
      .map((slot) => originOf(node, slot))
      .filter((source) => source && isOff(source));
    for (const source of off) {
      const consumers = bySource.get(source) ?? new Set();
      for (const consumer of withFollowers(node)) consumers.add(consumer);
      bySource.set(source, consumers);
    }
  }
  return [...bySource].map(([source, consumers]) => ({ source, consumers: [...consumers] }));
}

/**
 * Return a node and the nodes that lack a report if this node doesn't run: those behind a merge or
 * a retry.
 *
 * @param {any} node
 * @returns {any[]}
 */
function withFollowers(node) {
  const lacking = [node];
  for (let index = 0; index < lacking.length; index += 1) {
    // A bypassed node passes on another of its reports if it has one.
    const consumers = lacksAll(lacking[index]) ? consumersOf(lacking[index], REPORT) : [];
    for (const consumer of consumers) {
      if (!lacking.includes(consumer) && isRequired(consumer) && lacksAll(consumer)) {
        lacking.push(consumer);
      }
    }
  }
  return lacking;

  /** @param {any} consumer */
  function lacksAll(consumer) {
    return inputsOf(consumer, REPORT)
      .map((slot) => originOf(consumer, slot))
      .every((source) => !source || isOff(source) || lacking.includes(source));
  }
}

/**
 * Return true if a node can't run without a report.
 *
 * @param {any} node
 */
function isRequired(node) {
  const { required = {} } = node.constructor?.nodeData?.input ?? {};
  return "report" in required || "reports" in required;
}

/** @param {MissingReport} missing */
function missingReportText({ source, consumers }) {
  const key = source.mode === MUTED ? "missing_report.muted" : "missing_report.bypassed";
  const names = consumers.map((node) => words("missing_report.name", { name: node.title }));
  return words(key, { source: source.title, nodes: names.join(words("missing_report.and")) });
}
