/**
 * @typedef {{class_type: string, inputs: Record<string, any>}} PromptNode
 * @typedef {Record<string, PromptNode>} PromptGraph a prompt in API format, by the nodes' paths
 * @typedef {"queued" | "running" | "success" | "error" | "interrupted"} RunState
 */

/** One prompt that this page queued: its graph, and the outputs that its nodes gave so far. */
export class Run {
  /**
   * @param {string} id the prompt's
   * @param {PromptGraph} graph
   * @param {string} [workflow] id of the workflow that it was queued from
   */
  constructor(id, graph, workflow = "") {
    this.id = id;
    this.graph = graph;
    this.workflow = workflow;
    /** @type {RunState} */
    this.state = "queued";
    /** @type {Map<string, any>} by the path of the node that shows them */
    this.outputs = new Map();
    this.startedAt = 0; // milliseconds since 1970, 0 as long as it waits
    this.failedAt = ""; // path of the node that failed
    this.restored = false; // not of this session: read from the history, or ComfyUI began anew
    this.missedMessages = false; // the page was loaded anew, or disconnected, while it ran
    /** @type {string[] | null} paths of the nodes that it is for; null for all outputs */
    this.targets = null;
  }

  /** True as soon as nothing more can come of it. */
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
