/** Prompts that this page queued, and ComfyUI's messages about them. */

import { api } from "../../../scripts/api.js";
import { Run } from "./run.js";

/** @import { PromptGraph } from "./run.js" */

/**
 * Callbacks for the events of runs, and ComfyUI's messages.
 *
 * @typedef {object} RunListener
 * @property {() => any} origin returns the tab that a prompt is queued from
 * @property {(run: Run, origin: any) => void} onQueued
 * @property {(run: Run) => void} onStarted
 * @property {(run: Run, path: string) => void} onOutput the node at a path has an output, or a
 *   partial report
 * @property {(run: Run) => void} onEnded
 * @property {(nodeErrors: Record<string, any>) => void} onRefused ComfyUI refused a prompt
 *
 * @typedef {{type: string, detail: any}} Message
 */

const MESSAGES = /** @type {const} */ ([
  "execution_start", "executed", "execution_success", "execution_error", "execution_interrupted",
  "anime.partial",
]); // prettier-ignore

// Type of the error that ComfyUI reports for each node behind a block that has a message. The run
// goes on.
const BLOCKED = "ExecutionBlocked";

/**
 * Field that marks a message as the pack's own. `pictures.js` sends such a message, which makes the
 * editor remove the pictures of a node that did not run.
 */
export const LEFT_OUT = "anime_left_out";

/**
 * Record of the prompts that this page queued, which ComfyUI's messages keep current.
 *
 * ComfyUI's messages contain the prompt's id and the node's id, but not the workflow. The editor
 * displays an output on the node with this id in the open workflow, even if the prompt belongs to
 * another workflow. Only the call that queues a prompt has both the prompt and its workflow. The
 * editor has no event for this call, so `listen` wraps the editor's `queuePrompt`.
 */
export class QueuedRuns {
  /** @type {Map<string, Run>} */
  #runs = new Map();
  #pendingRequests = 0; // requests whose prompt has no id yet
  /** @type {Message[]} messages that arrived before the answer with their prompt's id */
  #earlyMessages = [];

  /** @param {RunListener} listener */
  constructor(listener) {
    this.listener = listener;
  }

  /** Start to record prompts and messages. */
  listen() {
    const events = /** @type {any} */ (api);
    for (const type of MESSAGES) {
      events.addEventListener(type, (/** @type {CustomEvent} */ { detail }) =>
        this.#receive({ type, detail }),
      );
    }
    const queuePrompt = events.queuePrompt;
    const runs = this;
    events.queuePrompt = async function (/** @type {any[]} */ ...request) {
      const [, prompt, options] = request;
      return runs.#queue(prompt, options, () => queuePrompt.apply(this, request));
    };
  }

  /**
   * Add a run that was queued before the page was reloaded.
   *
   * @param {Run} run
   */
  adopt(run) {
    this.#runs.set(run.id, run);
  }

  /** Return the runs whose end no message has reported. */
  unfinished() {
    return [...this.#runs.values()].filter((run) => !run.ended);
  }

  /**
   * Send a prompt and record its run.
   *
   * @param {{output?: PromptGraph, workflow?: {id?: string}} | undefined} prompt
   * @param {{partialExecutionTargets?: (string | number)[]} | undefined} options
   * @param {() => Promise<any>} post
   */
  async #queue(prompt, options, post) {
    const origin = this.listener.origin();
    this.#pendingRequests += 1;
    try {
      const answer = await post();
      if (answer?.prompt_id && prompt?.output) {
        const run = new Run(String(answer.prompt_id), prompt.output, prompt.workflow?.id);
        run.targets = options?.partialExecutionTargets?.map(String) ?? null;
        this.#runs.set(run.id, run);
        this.listener.onQueued(run, origin);
        for (const message of this.#earlyMessages) {
          if (message.detail.prompt_id === run.id) this.#apply(run, message);
        }
      }
      this.#reportErrors(answer?.node_errors);
      return answer;
    } catch (error) {
      this.#reportErrors(/** @type {any} */ (error)?.response?.node_errors);
      throw error;
    } finally {
      this.#pendingRequests -= 1;
      if (this.#pendingRequests === 0) this.#earlyMessages = [];
    }
  }

  /** @param {Record<string, any> | null | undefined} nodeErrors */
  #reportErrors(nodeErrors) {
    if (nodeErrors && Object.keys(nodeErrors).length) this.listener.onRefused(nodeErrors);
  }

  /**
   * Apply a message, or keep it until the answer with its prompt's id arrives.
   *
   * @param {Message} message
   */
  #receive(message) {
    const run = this.#runs.get(message.detail?.prompt_id);
    if (run) this.#apply(run, message);
    else if (this.#pendingRequests) this.#earlyMessages.push(message);
  }

  /**
   * @param {Run} run
   * @param {Message} message
   */
  #apply(run, { type, detail }) {
    if (type === "execution_start") {
      run.state = "running";
      run.startedAt = detail.timestamp ?? Date.now();
      this.listener.onStarted(run);
    } else if (type === "executed") {
      const path = run.pathOf(detail.display_node ?? detail.node);
      if (!detail.output || detail[LEFT_OUT]) return; // a cached node without pictures
      run.partials.delete(path);
      run.outputs.set(path, detail.output);
      this.listener.onOutput(run, path);
    } else if (type === "anime.partial") {
      const path = run.pathOf(detail.node);
      run.partials.set(path, detail.report);
      this.listener.onOutput(run, path);
    } else if (detail.exception_type !== BLOCKED) {
      run.partials.clear();
      run.state = /** @type {any} */ (type.replace("execution_", ""));
      if (type === "execution_error") run.failedAt = run.pathOf(detail.node_id);
      this.#runs.delete(run.id);
      this.listener.onEnded(run);
    }
  }
}
