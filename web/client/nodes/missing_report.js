import { app } from "../../../scripts/app.js";
import { words } from "../words.js";
import { isOff, MUTED, nodeAlong } from "./find.js";
import { consumersOf, originOf } from "./graph_links.js";

const REPORT = "ANIME_REPORT";
const MISSING = "required_input_missing";

/**
 * @typedef {{errors?: {type: string, extra_info?: {input_name?: string}}[]}} NodeErrors
 * @typedef {{source: any, consumers: any[]}} MissingReport a node that is muted or bypassed, and
 *   the nodes that have no report because of it
 */

/** @type {any} the message that is on the screen */
let message = null;

/**
 * Say which muted or bypassed node leaves other nodes without their report, and what else to
 * bypass. ComfyUI only says that an input is missing.
 *
 * @param {Record<string, NodeErrors>} nodeErrors of a prompt that ComfyUI refused, by path
 */
export function explainMissingReports(nodeErrors) {
  const toast = /** @type {any} */ (app).extensionManager?.toast;
  const missing = missingReports(Object.keys(nodeErrors).filter((path) => lacksReport(path)));
  if (!toast || missing.length === 0) return;
  if (message) toast.remove(message);
  message = {
    severity: "warn",
    summary: words("missing_report.title"),
    detail: missing.map(sentence).join("\n"),
  };
  toast.add(message);

  /** @param {string} path */
  function lacksReport(path) {
    return (nodeErrors[path].errors ?? []).some(
      ({ type, extra_info: info }) =>
        type === MISSING && reportInputs(nodeAlong(path)).some(({ name }) => name === info?.input_name),
    );
  }
}

/**
 * Return what is to blame for nodes without a report.
 *
 * @param {string[]} paths of the nodes
 * @returns {MissingReport[]}
 */
function missingReports(paths) {
  /** @type {Map<any, Set<any>>} */
  const bySource = new Map();
  for (const path of paths) {
    const node = nodeAlong(path);
    const off = reportInputs(node)
      .map((input) => originOf(node, input))
      .filter((source) => source && isOff(source));
    for (const source of off) {
      const consumers = bySource.get(source) ?? new Set();
      for (const each of withFollowers(node)) consumers.add(each);
      bySource.set(source, consumers);
    }
  }
  return [...bySource].map(([source, consumers]) => ({ source, consumers: [...consumers] }));
}

/**
 * Return a node and those that have no report without its own: what a merge or a retry hands on.
 *
 * @param {any} node
 * @returns {any[]}
 */
function withFollowers(node) {
  const lacking = [node];
  for (let place = 0; place < lacking.length; place += 1) {
    // Bypassed, a node hands on another report where it has one.
    const consumers = lacksAll(lacking[place]) ? consumersOf(lacking[place], REPORT) : [];
    for (const consumer of consumers) {
      if (!lacking.includes(consumer) && isRequired(consumer) && lacksAll(consumer)) {
        lacking.push(consumer);
      }
    }
  }
  return lacking;

  /** @param {any} consumer */
  function lacksAll(consumer) {
    return reportInputs(consumer)
      .map((input) => originOf(consumer, input))
      .every((source) => !source || isOff(source) || lacking.includes(source));
  }
}

/**
 * Return true if a node doesn't run without a report.
 *
 * @param {any} node
 */
function isRequired(node) {
  const { required = {} } = node.constructor?.nodeData?.input ?? {};
  return "report" in required || "reports" in required;
}

/**
 * @param {any} node
 * @returns {{name: string, type: string, link: number | null}[]}
 */
function reportInputs(node) {
  return (node?.inputs ?? []).filter((/** @type {any} */ input) => input.type === REPORT);
}

/** @param {MissingReport} missing */
function sentence({ source, consumers }) {
  const key = source.mode === MUTED ? "missing_report.muted" : "missing_report.bypassed";
  const names = consumers.map((node) => words("missing_report.name", { name: node.title }));
  return words(key, { source: source.title, nodes: names.join(words("missing_report.and")) });
}
