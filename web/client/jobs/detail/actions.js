import { app } from "../../../../scripts/app.js";
import { element } from "../../element.js";
import { Action } from "../../parts/action.js";
import { list, Message } from "../../parts/message.js";
import { ask, RouteError } from "../../requests.js";
import { told, words } from "../../words.js";
import { named } from "../job.js";
import { newSeeds } from "./seeds.js";
import { openWorkflow } from "./workflow.js";

/** @import { WrittenFile } from "../../parts/files.js" */
/** @import { Job, Kept } from "./job_answer.js" */

const UNFINISHED = ["pending", "in_progress"];

/** What can be done with a job. */
export class JobActions {
  /**
   * @param {{openJob(id: string): void}} go
   * @param {() => void} changed
   */
  constructor(go, changed) {
    this.go = go;
    this.changed = changed;
    /** @type {Job | null} */
    this.job = null;
    this.open = new Action(words("detail.open_workflow"), () => this.#open(), "primary");
    this.reproduce = new Action(words("detail.reproduce"), () =>
      this.#again({}, "detail.queued_again"),
    );
    this.retry = new Action(words("detail.retry"), () => this.#retry());
    this.cancel = new Action(words("detail.cancel"), () => this.#cancel());
    const all = [this.open, this.reproduce, this.retry, this.cancel];
    const buttons = element("div", "anime-actions", ...all.map((each) => each.root));
    buttons.setAttribute("role", "group");
    buttons.setAttribute("aria-label", words("detail.actions"));
    this.message = new Message();
    this.root = element("div", "anime-job-actions", buttons, this.message.root);
  }

  clear() {
    this.job = null;
    this.message.clear();
  }

  /** @param {Job} job */
  fill(job) {
    this.job = job;
    this.cancel.allow(UNFINISHED.includes(job.state) ? "" : words("detail.cancel_ended"));
  }

  #open() {
    return this.#attempt(async (route, job) => {
      const { graph, workflow } = await ask(`${route}/graph`);
      const name = `${named(/** @type {any} */ (job)).name} ${job.id.slice(0, 8)}`;
      const opened = await openWorkflow(workflow, graph, name);
      this.message.say(words(opened));
    });
  }

  #retry() {
    return this.#attempt(async (route) => {
      const { params } = await ask(`${route}/params`);
      const changes = newSeeds(params);
      if (Object.keys(changes).length === 0) this.message.say(words("detail.no_seed"));
      else await this.#again(changes, "detail.queued_seed");
    });
  }

  /**
   * @param {Record<string, number>} changes
   * @param {"detail.queued_again" | "detail.queued_seed"} said
   */
  #again(changes, said) {
    return this.#attempt(async (route) => {
      // Without this page's client id: ComfyUI would draw the results on the open workflow.
      const body = { changes, source: "editor" };
      const { prompt_id, differences } = await ask(`${route}/reproduce`, { method: "POST", body });
      const show = element("button", "anime-link", words("detail.show_new"));
      show.type = "button";
      show.addEventListener("click", () => this.go.openJob(prompt_id));
      const found = inWords(differences);
      if (found.length === 0) this.message.say(words(said), show);
      else this.message.say(words("detail.queued_but"), list(found), show);
    });
  }

  #cancel() {
    return this.#attempt(async (route) => {
      const { was } = await ask(`${route}/cancel`, { method: "POST", body: {} });
      this.message.say(words(was === "pending" ? "detail.taken_out" : "detail.interrupted"));
      this.changed();
    });
  }

  /** @param {(route: string, job: Job) => Promise<void>} act */
  async #attempt(act) {
    const { job } = this;
    if (!job) return;
    try {
      await act(`/anime/jobs/${job.id}`, job);
    } catch (error) {
      const found = error instanceof RouteError ? inWords(error.more.differences ?? []) : [];
      this.message.fail(error, ...(found.length ? [list(found)] : []));
      this.changed();
    }
  }
}

/** @param {{kind: string, message: string}[]} differences between the job and what it is now */
function inWords(differences) {
  return differences.map((each) => told(`difference.${each.kind}`, each.message, each));
}

/** Forgetting a job, at the end of its detail: without its files or with them. */
export class Removal {
  /** @param {(kept: Kept[]) => void} removed */
  constructor(removed) {
    this.removed = removed;
    this.job = "";
    /** @type {WrittenFile[]} */
    this.files = [];
    this.one = new Action(words("detail.delete"), () => this.#delete(false), "danger");
    this.all = new Action(words("detail.delete_files"), () => this.#delete(true), "danger");
    this.message = new Message();
    const buttons = element("div", "anime-actions", this.one.root, this.all.root);
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
    this.one.allow(running);
    this.all.allow(running || (this.files.length ? "" : words("detail.delete_no_files")));
  }

  /** @param {boolean} withFiles */
  async #delete(withFiles) {
    const sure = await /** @type {any} */ (app).extensionManager.dialog.confirm({
      title: words(withFiles ? "detail.delete_files" : "detail.delete"),
      message: words(withFiles ? "detail.sure_files" : "detail.sure", { count: this.files.length }),
      type: "delete",
      itemList: withFiles ? this.files.map((each) => each.path) : [],
    });
    if (!sure) return;
    try {
      const route = `/anime/jobs/${this.job}?files=${withFiles}`;
      const { kept } = await ask(route, { method: "DELETE" });
      this.removed(kept);
    } catch (error) {
      this.message.fail(error);
    }
  }
}
