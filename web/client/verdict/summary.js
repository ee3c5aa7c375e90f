/** Verdicts of a workflow's nodes in one: of the whole workflow, and of the nodes in a subgraph. */

import { ownEntries } from "../nodes/own_entries.js";

/**
 * @import { Run } from "../nodes/run.js"
 *
 * @typedef {{path: string, verdict: string, earlier: boolean}} NodeVerdict
 * @typedef {{verdict: string, count: number, all: number, first: string, earlier: boolean}} Summary
 *   `verdict`: the worst one; `count`: number of nodes that have it; `all`: number of nodes with a
 *   verdict; `first`: path of the first node that has it; `earlier`: true for verdicts of an earlier
 *   run
 */

const WORST_FIRST = ["FAIL", "NOT_MEASURED", "PASS"];

/**
 * Return the verdict that a node displays; null if it displays none.
 *
 * @param {any} results `ui` of the node
 * @returns {string | null}
 */
export function verdictOf(results) {
  for (const name of ["anime_ranking", "anime_gate", "anime_report"]) {
    const [entry] = ownEntries(results?.[name]);
    if (WORST_FIRST.includes(entry?.verdict)) return entry.verdict;
  }
  return null;
}

/**
 * Return the worst of some verdicts with its count; null if there are none. Verdicts of an earlier
 * run count only if there are no newer ones.
 *
 * @param {NodeVerdict[]} verdicts in the order in which the nodes ran
 * @returns {Summary | null}
 */
export function summaryOf(verdicts) {
  const newest = verdicts.filter(({ earlier }) => !earlier);
  const counted = newest.length ? newest : verdicts;
  for (const verdict of WORST_FIRST) {
    const worst = counted.filter((each) => each.verdict === verdict);
    if (worst.length === 0) continue;
    const [{ path, earlier }] = worst;
    return { verdict, count: worst.length, all: counted.length, first: path, earlier };
  }
  return null;
}

/**
 * Return the summary of the nodes in each subgraph, by the path of the node that displays it.
 *
 * @param {NodeVerdict[]} verdicts in the order in which the nodes ran
 * @returns {Map<string, Summary>}
 */
export function summariesInside(verdicts) {
  /** @type {Map<string, NodeVerdict[]>} */
  const inside = new Map();
  for (const verdict of verdicts) {
    const ids = verdict.path.split(":");
    for (let depth = 1; depth < ids.length; depth += 1) {
      const path = ids.slice(0, depth).join(":");
      inside.set(path, [...(inside.get(path) ?? []), verdict]);
    }
  }
  const summaries = new Map();
  for (const [path, within] of inside) summaries.set(path, summaryOf(within));
  return summaries;
}
