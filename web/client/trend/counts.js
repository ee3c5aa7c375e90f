/** Counts of passed, failed and unjudged jobs as text, for the tab Trend. */

import { number, words } from "../words.js";

/**
 * Counts of the jobs of a group; each job is counted once.
 *
 * @typedef {"not_measured" | "no_report" | "failed" | "cancelled" | "lost" | "unfinished"} Unjudged
 * @typedef {{passed: number, failed: number, not_judged: Record<Unjudged, number>}} Counts
 */

const UNJUDGED = /** @type {const} */ ([
  "not_measured", "no_report", "failed", "cancelled", "lost", "unfinished",
]); // prettier-ignore

/**
 * Return the counts of a group as text: "2 passed, 0 failed; 4 not judged: 1 failed to run,
 * 2 cancelled, 1 lost".
 *
 * @param {Counts} counts
 */
export function countsInWords({ passed, failed, not_judged: unjudged }) {
  const judged = words("trend.counts", { passed: number(passed), failed: number(failed) });
  const kinds = UNJUDGED.filter((kind) => unjudged[kind] > 0);
  if (kinds.length === 0) return judged;
  const count = kinds.reduce((sum, kind) => sum + unjudged[kind], 0);
  const parts = kinds
    .map((kind) => words(`trend.unjudged_${kind}`, { count: number(unjudged[kind]) }))
    .reduceRight((rest, first) => words("text.listed", { first, rest }));
  return words("trend.counts_all", { judged, count: number(count), parts });
}
