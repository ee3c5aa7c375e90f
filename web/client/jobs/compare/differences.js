/** Differences between two jobs: measurements, parameters, models and workflow. */

import { isRetry } from "../../report/retry.js";

/** @import { Measurement } from "../../report/types.js" */
/** @import { NodeReport } from "../detail/job_answer.js" */
/** @import { Param } from "../detail/parameters.js" */

const MODELS = ["model", "lora", "vae", "text_encoder", "controlnet"];
const SEED = "seed";

/**
 * @typedef {{class_type: string, inputs: Record<string, unknown>, _meta?: {title?: string}}}
 *   GraphNode
 * @typedef {Record<string, GraphNode>} Graph in API format
 *
 * @typedef {{report: string, name: string, first: Measurement | null, second: Measurement | null,
 *   better: "first" | "second" | null}} MeasurementPair `report`: what tells the reports of a job
 *   apart
 *
 * @typedef {{kind: string, node: string, name: string, first: string | null,
 *   second: string | null}} ValueDifference null where a job has no such value
 *
 * @typedef {{seeds: ValueDifference[], models: ValueDifference[], parameters: ValueDifference[]}}
 *   ParameterDifferences
 *
 * @typedef {{node: string, title: string, change: "added" | "removed" | "replaced" | "changed",
 *   inputs: InputDifference[]}} NodeDifference `inputs`: those that differ
 *
 * @typedef {{name: string, first: unknown, second: unknown}} InputDifference values in API format;
 *   undefined where the node has no such input
 */

/**
 * Return the measurements of two jobs beside one another, in the order of the first job's reports.
 * Reports belong together if they have the same node, else the same subject.
 *
 * @param {NodeReport[]} first
 * @param {NodeReport[]} second
 * @returns {MeasurementPair[]}
 */
export function measurementPairs(first, second) {
  const remaining = [...second];
  /** @type {Map<NodeReport, NodeReport>} */
  const partners = new Map();
  const match = (/** @type {(one: NodeReport, other: NodeReport) => boolean} */ fits) => {
    for (const one of first.filter((each) => !partners.has(each))) {
      const place = remaining.findIndex((other) => fits(one, other));
      if (place >= 0) partners.set(one, remaining.splice(place, 1)[0]);
    }
  };
  const isLike = (/** @type {NodeReport} */ one, /** @type {NodeReport} */ other) =>
    one.report.subject === other.report.subject;
  match((one, other) => one.node_id === other.node_id && isLike(one, other));
  match(isLike);
  return [
    ...first.flatMap((one) => pairsOf(one, partners.get(one) ?? null)),
    ...remaining.flatMap((other) => pairsOf(null, other)),
  ];
}

/**
 * @param {NodeReport | null} one
 * @param {NodeReport | null} other
 * @returns {MeasurementPair[]}
 */
function pairsOf(one, other) {
  const firsts = measurementsOf(one);
  const seconds = measurementsOf(other);
  const names = [...new Set([...firsts.keys(), ...seconds.keys()])];
  const either = /** @type {NodeReport} */ (one ?? other);
  const report = either.title || either.node_type || either.report.subject;
  return names.map((name) => {
    const [first, second] = [firsts.get(name) ?? null, seconds.get(name) ?? null];
    return { report, name, first, second, better: betterOf(first, second) };
  });
}

/** @param {NodeReport | null} nodeReport */
function measurementsOf(nodeReport) {
  // The number of attempts is no quality of the pictures.
  const measured = (nodeReport?.report.measurements ?? []).filter((each) => !isRetry(each));
  return new Map(measured.map((each) => [each.name, each]));
}

/**
 * Return which of two values is the better one; null if they are equal, can't be compared, or
 * should lie in a band.
 *
 * @param {Measurement | null} first
 * @param {Measurement | null} second
 */
function betterOf(first, second) {
  if (first?.value == null || second?.value == null || first.value === second.value) return null;
  if (first.better === "band" || first.better !== second.better) return null;
  const firstWins = first.better === "higher" === first.value > second.value;
  return firstWins ? "first" : "second";
}

/**
 * Return the parameters that differ, in the order of the first job's.
 *
 * @param {Param[]} first
 * @param {Param[]} second
 * @returns {ParameterDifferences}
 */
export function parameterDifferences(first, second) {
  const text = (/** @type {Param | undefined} */ each) => each?.written ?? null;
  const [firsts, seconds] = [first, second].map(byPlace);
  const keys = [...new Set([...firsts.keys(), ...seconds.keys()])];
  const differences = keys.flatMap((each) => {
    const [one, other] = [firsts.get(each), seconds.get(each)];
    const param = /** @type {Param} */ (one ?? other);
    // Model files of the same name may be different ones.
    if (text(one) === text(other) && one?.sha256 === other?.sha256) return [];
    const values = { first: withHash(one, other), second: withHash(other, one) };
    return [{ kind: param.kind, node: param.node_id, name: param.name, ...values }];
  });
  return {
    seeds: differences.filter(({ kind }) => kind === SEED),
    models: differences.filter(({ kind }) => MODELS.includes(kind)),
    parameters: differences.filter(({ kind }) => kind !== SEED && !MODELS.includes(kind)),
  };
}

/**
 * Return parameters by node, kind and name.
 *
 * @param {Param[]} params
 */
function byPlace(params) {
  return new Map(
    params.map((each) => [JSON.stringify([each.node_id, each.kind, each.name]), each]),
  );
}

/**
 * Return a parameter's value; with the begin of the file's hash if only that differs.
 *
 * @param {Param | undefined} param
 * @param {Param | undefined} other
 */
function withHash(param, other) {
  if (!param || param.written === null) return null;
  const { written, sha256 } = param;
  return written === other?.written && sha256 ? `${written} (${sha256.slice(0, 10)})` : written;
}

/**
 * Return the nodes in which two workflows differ. Values that are listed as parameters are left
 * out.
 *
 * @param {Graph | null} first
 * @param {Graph | null} second
 * @param {ParameterDifferences} listed
 * @returns {NodeDifference[]}
 */
export function workflowDifferences(first, second, { seeds, models, parameters }) {
  if (!first || !second) return [];
  const values = [...seeds, ...models, ...parameters];
  const named = new Set(values.map(({ node, name }) => `${node}.${name}`));
  const nodes = [...new Set([...Object.keys(first), ...Object.keys(second)])];
  return nodes.flatMap((node) => {
    const [one, other] = [first[node], second[node]];
    const title = titleOf(one ?? other);
    if (!one) return [difference(node, title, "added")];
    if (!other) return [difference(node, title, "removed")];
    if (one.class_type !== other.class_type) return [difference(node, title, "replaced")];
    const names = [...new Set([...Object.keys(one.inputs), ...Object.keys(other.inputs)])];
    const inputs = names
      .filter((name) => !named.has(`${node}.${name}`))
      .map((name) => ({ name, first: one.inputs[name], second: other.inputs[name] }))
      .filter((each) => JSON.stringify(each.first) !== JSON.stringify(each.second));
    return inputs.length ? [difference(node, title, "changed", inputs)] : [];
  });
}

/**
 * @param {string} node
 * @param {string} title
 * @param {NodeDifference["change"]} change
 * @param {InputDifference[]} [inputs]
 * @returns {NodeDifference}
 */
function difference(node, title, change, inputs = []) {
  return { node, title, change, inputs };
}

/** @param {GraphNode} node */
function titleOf({ class_type, _meta }) {
  return _meta?.title || class_type;
}
