import { nodeAlong, rootGraph } from "./find.js";
import { notReached, savedNothing } from "./reach.js";
import { hasResults } from "./results.js";
import { clear, showNotReached, showOn } from "./widget.js";

/** @import { Run } from "./run.js" */

/**
 * What the nodes of one workflow show: the results of its newest run, those of an earlier run where
 * the newest has none, and which nodes the newest did not reach.
 *
 * A result is drawn only in the workflow of the run that gave it, on the node of the same path and
 * type.
 */
export class WorkflowResults {
  constructor() {
    /** @type {Run | null} the newest that has begun */
    this.run = null;
    /** @type {Map<string, Run>} the run whose result a node shows, by the node's path */
    this.newest = new Map();
    /** @type {Set<any>} the nodes that show something */
    this.drawn = new Set();
  }

  /** @param {Run} run */
  started(run) {
    this.run = run;
  }

  /**
   * @param {Run} run
   * @param {string} path of the node that gave a result
   */
  showed(run, path) {
    if (run === this.run && hasResults(run.outputs.get(path))) this.newest.set(path, run);
  }

  /**
   * Take a run from ComfyUI's history for the newest.
   *
   * @param {Run} run
   */
  restore(run) {
    this.started(run);
    for (const path of run.outputs.keys()) this.showed(run, path);
  }

  /**
   * Forget the results of nodes that are there no more: undo, and a workflow that was cleared, give
   * their numbers to other nodes.
   */
  forgetGone() {
    for (const [path, run] of this.newest) if (!this.#nodeOf(run, path)) this.newest.delete(path);
  }

  /** ComfyUI has begun anew: all that is shown is of an earlier run. */
  markEarlier() {
    if (this.run) this.run.restored = true;
  }

  /** Draw all of it on the nodes of the open workflow, and take away what is no longer so. */
  draw() {
    const drawn = new Set();
    const unreached = this.run ? notReached(this.run) : new Map();
    for (const [path, run] of this.newest) {
      const node = this.#nodeOf(run, path);
      if (!node || unreached.has(path)) continue;
      const earlier = run !== this.run || run.restored;
      showOn(node, { results: run.outputs.get(path), run, path, earlier });
      drawn.add(node);
    }
    for (const [path, blamed] of unreached) {
      const run = /** @type {Run} */ (this.run);
      const node = this.#nodeOf(run, path);
      if (!node || drawn.has(node)) continue;
      const name = nodeAlong(blamed)?.title ?? run.graph[blamed].class_type;
      showNotReached(node, { run, path, name, failed: blamed === run.failedAt });
      drawn.add(node);
    }
    for (const path of this.run ? savedNothing(this.run) : []) {
      const run = /** @type {Run} */ (this.run);
      const node = this.#nodeOf(run, path);
      if (!node || drawn.has(node)) continue;
      showNotReached(node, { run, path, name: "", failed: false });
      drawn.add(node);
    }
    for (const node of this.drawn) if (!drawn.has(node)) clear(node);
    this.drawn = drawn;
  }

  /**
   * @param {Run} run
   * @param {string} path
   */
  #nodeOf(run, path) {
    if (run.workflow !== rootGraph()?.id) return null; // it was cleared since
    const node = nodeAlong(path);
    return node && run.has(path, node.type) ? node : null;
  }
}
