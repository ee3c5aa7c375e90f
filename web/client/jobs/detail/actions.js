/** Actions of a job's detail: open, reproduce, retry, cancel, delete, and begin a production. */

import { app } from "../../../../scripts/app.js";
import { element } from "../../element.js";
import { ActionButton } from "../../parts/action_button.js";
import { list, Message } from "../../parts/message.js";
import { callRoute, RouteError } from "../../requests.js";
import { routeText, words } from "../../words.js";
import { jobName } from "../job.js";
import { orderStart, startFile, startLabel } from "./order_start.js";
import { newSeeds } from "./seeds.js";
import { openWorkflow } from "./workflow.js";

/** @import { WrittenFile } from "../../parts/files.js" */
/** @import { OrderStart } from "../../productions/ordering/order_form.js" */
/** @import { Job, UndeletedFile } from "./job_answer.js" */

const UNFINISHED = ["pending", "in_progress"];

/** Buttons to open, reproduce, retry and cancel a job, and to begin a production with it. */
export class JobActions {
  /**
   * @param {{openJob(id: string): void, order(start: OrderStart): void}} navigation
   * @param {() => void} onChange
   */
  constructor(navigation, onChange) {
    this.navigation = navigation;
    this.onChange = onChange;
    /** @type {Job | null} */
    this.job = null;
    this.open = new ActionButton(words("detail.open_workflow"), () => this.#open(), "primary");
    this.reproduce = new ActionButton(words("detail.reproduce"), () =>
      this.#reproduce({}, "detail.queued_again"),
    );
    this.retry = new ActionButton(words("detail.retry"), () => this.#retry());
    this.cancel = new ActionButton(words("detail.cancel"), () => this.#cancel());
    /** @type {WrittenFile[]} */
    this.files = [];
    /** @type {string | null} */
    this.production = null;
    this.begin = new ActionButton("", () => this.#begin());
    const all = [this.open, this.reproduce, this.retry, this.cancel, this.begin];
    const buttons = element("div", "anime-actions", ...all.map((each) => each.root));
    buttons.setAttribute("role", "group");
    buttons.setAttribute("aria-label", words("detail.actions"));
    this.isInterrupting = false; // true while the message says that the job is being interrupted
    this.message = new Message();
    this.root = element("div", "anime-job-actions", buttons, this.message.root);
  }

  clear() {
    this.job = null;
    this.isInterrupting = false;
    this.message.clear();
  }

  /**
   * @param {Job} job
   * @param {WrittenFile[]} files
   * @param {string | null} production id of the production that the job belongs to
   */
  fill(job, files, production) {
    this.job = job;
    this.files = files;
    this.production = production;
    this.begin.root.hidden = startFile(files) === null;
    const label = words(startLabel(files));
    if (this.begin.button.textContent !== label) this.begin.button.textContent = label;
    const isUnfinished = UNFINISHED.includes(job.state);
    this.cancel.setDisabledReason(isUnfinished ? "" : words("detail.cancel_ended"));
    if (this.isInterrupting && !isUnfinished) {
      this.isInterrupting = false;
      this.message.clear();
    }
  }

  #open() {
    return this.#run(async (route, job) => {
      const { graph, workflow } = await callRoute(`${route}/graph`);
      const name = `${jobName(/** @type {any} */ (job)).name} ${job.id.slice(0, 8)}`;
      const opened = await openWorkflow(workflow, graph, name);
      this.message.say(words(opened));
    });
  }

  #retry() {
    return this.#run(async (route) => {
      const { params } = await callRoute(`${route}/params`);
      const changes = newSeeds(params);
      if (Object.keys(changes).length === 0) this.message.say(words("detail.no_seed"));
      else await this.#reproduce(changes, "detail.queued_seed");
    });
  }

  /**
   * @param {Record<string, number>} changes
   * @param {"detail.queued_again" | "detail.queued_seed"} outcome
   */
  #reproduce(changes, outcome) {
    return this.#run(async (route) => {
      // The request has no client id, because with it the editor would draw the results of this job
      // on the open workflow.
      const body = { changes, source: "editor" };
      const request = { method: "POST", body };
      const { prompt_id, differences } = await callRoute(`${route}/reproduce`, request);
      const show = element("button", "anime-link", words("detail.show_new"));
      show.type = "button";
      show.addEventListener("click", () => this.navigation.openJob(prompt_id));
      const texts = differenceTexts(differences);
      if (texts.length === 0) this.message.say(words(outcome), show);
      else this.message.say(words("detail.queued_but"), list(texts), show);
    });
  }

  #begin() {
    return this.#run(async (route, job) => {
      const { params } = await callRoute(`${route}/params`);
      const production = this.production && `/anime/productions/${this.production}`;
      const { request = {} } = production ? await callRoute(production) : {};
      this.navigation.order(orderStart(job, this.files, params, request));
    });
  }

  #cancel() {
    return this.#run(async (route) => {
      const { was } = await callRoute(`${route}/cancel`, { method: "POST", body: {} });
      this.message.say(words(was === "pending" ? "detail.taken_out" : "detail.interrupted"));
      this.isInterrupting = was !== "pending";
      this.onChange();
    });
  }

  /**
   * Run an action on the job; display its error if it fails.
   *
   * @param {(route: string, job: Job) => Promise<void>} act
   */
  async #run(act) {
    const { job } = this;
    if (!job) return;
    this.isInterrupting = false; // the outcome of this action replaces the message
    try {
      await act(`/anime/jobs/${job.id}`, job);
    } catch (error) {
      const differences = error instanceof RouteError ? (error.more.differences ?? []) : [];
      const texts = differenceTexts(differences);
      this.message.fail(error, ...(texts.length ? [list(texts)] : []));
      this.onChange();
    }
  }
}

/**
 * Return as texts what has changed in ComfyUI since the job ran.
 *
 * @param {{kind: string, message: string}[]} differences
 */
function differenceTexts(differences) {
  return differences.map((each) => routeText(`difference.${each.kind}`, each.message, each));
}

/** Buttons to delete a job from the database, with or without its files. */
export class Removal {
  /** @param {(undeleted: UndeletedFile[]) => void} onRemoved called with the files that remain */
  constructor(onRemoved) {
    this.onRemoved = onRemoved;
    this.job = "";
    /** @type {WrittenFile[]} */
    this.files = [];
    this.deleteJob = new ActionButton(words("detail.delete"), () => this.#delete(false), "danger");
    const textWithFiles = words("detail.delete_files");
    this.deleteWithFiles = new ActionButton(textWithFiles, () => this.#delete(true), "danger");
    this.message = new Message();
    const buttons = element("div", "anime-actions", this.deleteJob.root, this.deleteWithFiles.root);
    const heading = element("h3", "anime-heading", words("detail.removal"));
    this.root = element("section", "anime-section", heading, buttons, this.message.root);
    this.root.setAttribute("aria-label", words("detail.removal"));
  }

  clear() {
    this.message.clear();
  }

  /**
   * @param {Job} job
   * @param {WrittenFile[]} files
   */
  fill(job, files) {
    this.job = job.id;
    this.files = files.filter((each) => each.exists);
    const running = UNFINISHED.includes(job.state) ? words("detail.delete_running") : "";
    this.deleteJob.setDisabledReason(running);
    const missing = this.files.length ? "" : words("detail.delete_no_files");
    this.deleteWithFiles.setDisabledReason(running || missing);
  }

  /** @param {boolean} withFiles */
  async #delete(withFiles) {
    const confirmed = await /** @type {any} */ (app).extensionManager.dialog.confirm({
      title: words(withFiles ? "detail.delete_files" : "detail.delete"),
      message: words(withFiles ? "detail.sure_files" : "detail.sure", { count: this.files.length }),
      type: "delete",
      itemList: withFiles ? this.files.map((each) => each.path) : [],
    });
    if (!confirmed) return;
    try {
      const route = `/anime/jobs/${this.job}?files=${withFiles}`;
      const { kept: undeleted } = await callRoute(route, { method: "DELETE" });
      this.onRemoved(undeleted);
    } catch (error) {
      this.message.fail(error);
    }
  }
}
