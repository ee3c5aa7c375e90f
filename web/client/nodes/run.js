/** Runs: prompts with the outputs of their nodes. */

/**
 * Types of a prompt in API format, and the states of a run.
 *
 * @typedef {{class_type: string, inputs: Record<string, any>}} PromptNode
 * @typedef {Record<string, PromptNode>} PromptGraph a prompt in API format, by the nodes' paths
 * @typedef {"queued" | "running" | "success" | "error" | "interrupted"} RunState
 */

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
   * Return true if the node at a path is of this type in this run.
   *
   * @param {string} path
   * @param {string} type
   */
  has(path, type) {
    return this.graph[path]?.class_type === type;
  }
}
