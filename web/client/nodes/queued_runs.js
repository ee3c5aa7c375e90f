import { api } from "../../../scripts/api.js";
import { Run } from "./run.js";

/** @import { PromptGraph } from "./run.js" */

/**
 * @typedef {object} Listener
 * @property {() => any} origin names the tab that a prompt is queued from
 * @property {(run: Run, origin: any) => void} queued
 * @property {(run: Run) => void} started
 * @property {(run: Run, path: string) => void} showed a node gave its output
 * @property {(run: Run) => void} ended
 * @property {(nodeErrors: Record<string, any>) => void} refused nodes of a prompt are not valid
 *
 * @typedef {{type: string, detail: any}} Message
 */

const MESSAGES = /** @type {const} */ ([
  "execution_start", "executed", "execution_success", "execution_error", "execution_interrupted",
]); // prettier-ignore

/** In a message of the pack's own: the node did not run, and the editor is to forget its pictures. */
export const LEFT_OUT = "anime_left_out";

/**
 * The prompts that this page queued, and what ComfyUI says of them.
 *
 * ComfyUI's messages name the prompt and a node's number, and the editor gives the output to the
 * node of that number in whatever workflow is open. Which workflow a prompt is of is known only
 * where it is queued, and the editor has no event that names both: so this listens to its
 * `queuePrompt`.
 */
export class QueuedRuns {
  /** @type {Map<string, Run>} */
  #runs = new Map();
  #underWay = 0; // requests whose prompt has no id yet
  /** @type {Message[]} that came before the answer that names their prompt */
  #early = [];

  /** @param {Listener} listener */
  constructor(listener) {
    this.listener = listener;
  }

  /** Begin to listen. */
  listen() {
    const events = /** @type {any} */ (api);
    for (const type of MESSAGES) {
      events.addEventListener(type, (/** @type {CustomEvent} */ { detail }) =>
        this.#heard({ type, detail }),
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
   * Take up a run that was queued before the page was loaded anew.
   *
   * @param {Run} run
   */
  adopt(run) {
    this.#runs.set(run.id, run);
  }

  /** Return the runs that have not ended, as far as this page was told. */
  unfinished() {
    return [...this.#runs.values()].filter((run) => !run.ended);
  }

  /**
   * @param {{output?: PromptGraph, workflow?: {id?: string}} | undefined} prompt
   * @param {{partialExecutionTargets?: (string | number)[]} | undefined} options
   * @param {() => Promise<any>} post
   */
  async #queue(prompt, options, post) {
    const origin = this.listener.origin();
    this.#underWay += 1;
    try {
      const answer = await post();
      if (answer?.prompt_id && prompt?.output) {
        const run = new Run(String(answer.prompt_id), prompt.output, prompt.workflow?.id);
        run.targets = options?.partialExecutionTargets?.map(String) ?? null;
        this.#runs.set(run.id, run);
        this.listener.queued(run, origin);
        this.#early.filter(({ detail }) => detail.prompt_id === run.id).forEach((each) => {
          this.#tell(run, each);
        });
      }
      this.#refused(answer?.node_errors);
      return answer;
    } catch (error) {
      this.#refused(/** @type {any} */ (error)?.response?.node_errors);
      throw error;
    } finally {
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#early = [];
    }
  }

  /** @param {Record<string, any> | null | undefined} nodeErrors */
  #refused(nodeErrors) {
    if (nodeErrors && Object.keys(nodeErrors).length) this.listener.refused(nodeErrors);
  }

  /** @param {Message} message */
  #heard(message) {
    const run = this.#runs.get(message.detail?.prompt_id);
    if (run) this.#tell(run, message);
    else if (this.#underWay) this.#early.push(message);
  }

  /**
   * @param {Run} run
   * @param {Message} message
   */
  #tell(run, { type, detail }) {
    if (type === "execution_start") {
      run.state = "running";
      run.startedAt = detail.timestamp ?? Date.now();
      this.listener.started(run);
    } else if (type === "executed") {
      const path = String(detail.display_node ?? detail.node);
      if (!detail.output || detail[LEFT_OUT]) return; // a cached node that shows nothing
      run.outputs.set(path, detail.output);
      this.listener.showed(run, path);
    } else {
      run.state = /** @type {any} */ (type.replace("execution_", ""));
      if (type === "execution_error") run.failedAt = String(detail.node_id ?? "");
      this.#runs.delete(run.id);
      this.listener.ended(run);
    }
  }
}
