/** Results that the nodes of one workflow display. */

import { nodeAtPath, rootGraph } from "./find.js";
import { nodesWithoutFiles, unreachedNodes } from "./reach.js";
import { hasResults } from "./results.js";
import { showBadges } from "../verdict/badges.js";
import { verdictOf } from "../verdict/summary.js";
import { clear, fit, showPartial, showResults, showUnreached } from "./widget.js";

/** @import { Run } from "./run.js" */

/**
 * Results of one workflow's nodes: those of its newest run, those of an earlier run for nodes
 * without a newer result, and the nodes that the newest run did not reach.
 *
 * A result is drawn only in the workflow of its run, on the node with the same path and type.
 */
export class WorkflowResults {
  constructor() {
    /** @type {Run | null} the newest run that has begun */
    this.run = null;
    /** @type {Map<string, Run>} the run whose result a node displays, by the node's path */
    this.newest = new Map();
    /** @type {Set<any>} the nodes that display something */
    this.drawn = new Set();
  }

  /**
   * Make a run the newest one.
   *
   * @param {Run} run
   */
  startRun(run) {
    this.run = run;
  }

  /**
   * Add a result of the newest run.
   *
   * @param {Run} run
   * @param {string} path of the node that has a result
   */
  addResult(run, path) {
    if (run === this.run && hasResults(run.outputs.get(path))) this.newest.set(path, run);
  }

  /**
   * Make a run from ComfyUI's history the newest one, with its results.
   *
   * @param {Run} run
   */
  restore(run) {
    this.startRun(run);
    for (const path of run.outputs.keys()) this.addResult(run, path);
  }

  /**
   * Forget the results of nodes that no longer exist. After undo or after clearing the workflow,
   * other nodes get their numbers.
   */
  forgetMissingNodes() {
    for (const [path, run] of this.newest) if (!this.#nodeOf(run, path)) this.newest.delete(path);
  }

  /** Mark all results as those of an earlier run, because ComfyUI was restarted. */
  markEarlier() {
    if (this.run) this.run.restored = true;
  }

  /** Fit the results to the room that there is, after nodes were moved. */
  fit() {
    for (const node of this.drawn) fit(node);
  }

  /** Draw the results on the nodes of the open workflow, and remove outdated ones. */
  draw() {
    const drawn = new Set();
    const unreached = this.run ? unreachedNodes(this.run) : new Map();
    for (const [path, report] of this.run?.partials ?? []) {
      const run = /** @type {Run} */ (this.run);
      const node = this.#nodeOf(run, path);
      if (!node) continue;
      showPartial(node, { report, run, path });
      drawn.add(node);
    }
    for (const [path, run] of this.newest) {
      const node = this.#nodeOf(run, path);
      if (!node || unreached.has(path) || drawn.has(node)) continue;
      const earlier = run !== this.run || run.restored;
      showResults(node, { results: run.outputs.get(path), run, path, earlier });
      drawn.add(node);
    }
    for (const [path, cause] of unreached) {
      const run = /** @type {Run} */ (this.run);
      const node = this.#nodeOf(run, path);
      if (!node || drawn.has(node)) continue;
      const name = nodeAtPath(cause)?.title ?? run.graph[cause].class_type;
      showUnreached(node, { run, path, name, failed: cause === run.failedAt });
      drawn.add(node);
    }
    for (const path of this.run ? nodesWithoutFiles(this.run) : []) {
      const run = /** @type {Run} */ (this.run);
      const node = this.#nodeOf(run, path);
      if (!node || drawn.has(node)) continue;
      showUnreached(node, { run, path, name: "", failed: false });
      drawn.add(node);
    }
    for (const node of this.drawn) if (!drawn.has(node)) clear(node);
    this.drawn = drawn;
    showBadges(this.#verdicts(unreached));
  }

  /**
   * Return the verdicts that the nodes display, in the order in which the nodes ran.
   *
   * @param {Map<string, string>} unreached
   */
  #verdicts(unreached) {
    const ran = [...(this.run?.outputs.keys() ?? [])].filter((path) => this.newest.has(path));
    return [...new Set([...ran, ...this.newest.keys()])].flatMap((path) => {
      const run = /** @type {Run} */ (this.newest.get(path));
      if (unreached.has(path) || this.run?.partials.has(path) || !this.#nodeOf(run, path)) return [];
      const verdict = verdictOf(run.outputs.get(path));
      return verdict ? { path, verdict, earlier: run !== this.run || run.restored } : [];
    });
  }

  /**
   * Return the node of a run's path in the open workflow, if it has the same type as in the run.
   *
   * @param {Run} run
   * @param {string} path
   */
  #nodeOf(run, path) {
    if (run.workflow !== rootGraph()?.id) return null; // the workflow was cleared
    const node = nodeAtPath(path);
    return node && run.has(path, node.type) ? node : null;
  }
}
