/** Runs: prompts with the outputs of their nodes. */

/** @import { Report } from "../report/types.js" */

/**
 * Types of a prompt in API format, and the states of a run.
 *
 * @typedef {{class_type: string, inputs: Record<string, any>}} PromptNode
 * @typedef {Record<string, PromptNode>} PromptGraph a prompt in API format, by the nodes' paths
 * @typedef {"queued" | "running" | "success" | "error" | "interrupted"} RunState
 */

/**
 * Beginning of a copy's id. ComfyUI's Start Loop makes `20.0.0.3_5` of node 5 in its fourth round, a
 * Retry End makes `20.attempt_2.5`, and other nodes make `20.0.0.5`. Copies of copies repeat this.
 */
const COPY = /^.*\.(?:\d+\.\d+\.(?:\d+_)?|attempt_\d+\.)/;

/** Run of a prompt: its graph, and the outputs of its nodes so far. */
export class Run {
  /**
   * @param {string} id of the prompt
   * @param {PromptGraph} graph
   * @param {string} [workflow] id of the workflow that the prompt was queued from
   */
  constructor(id, graph, workflow = "") {
    this.id = id;
    this.graph = graph;
    this.workflow = workflow;
    /** @type {RunState} */
    this.state = "queued";
    /** @type {Map<string, any>} outputs by the path of the node that displays them */
    this.outputs = new Map();
    /** @type {Map<string, Report>} reports on the frames so far, of nodes that measure now */
    this.partials = new Map();
    this.startedAt = 0; // milliseconds since 1970; 0 while the run waits
    this.failedAt = ""; // path of the node that failed
    this.restored = false; // true if it is displayed as an earlier run, such as after a reload
    this.missedMessages = false; // true if the page was reloaded or disconnected during the run
    /** @type {string[] | null} paths of the nodes that are executed; null for all output nodes */
    this.targets = null;
  }

  /** Return true if the run has ended. */
  get ended() {
    return !["queued", "running"].includes(this.state);
  }

  /**
   * Return the path of the node that a node with this id belongs to: its own path, or for a copy
   * that a loop or a retry made, the path of the original.
   *
   * @param {unknown} id of the node that ran
   */
  pathOf(id) {
    const path = String(id ?? "");
    const original = path.replace(COPY, "");
    return !(path in this.graph) && original in this.graph ? original : path;
  }

  /**
   * Return true if the node at a path is of this type in this run.
   *
   * @param {string} path
   * @param {string} type
   */
  has(path, type) {
    return this.graph[path]?.class_type === type;
  }
}
