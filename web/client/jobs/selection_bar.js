/** Bar below the list with what can be done with the selected jobs. */

import { app } from "../../../scripts/app.js";
import { element } from "../element.js";
import { ActionButton } from "../parts/action_button.js";
import { list, Message } from "../parts/message.js";
import { callForFile, callRoute } from "../requests.js";
import { number, refusalText, words } from "../words.js";
import { jobName, takeText } from "./job.js";

/** @import { ListedJob } from "./job.js" */
/** @import { Selection } from "./selection.js" */

/**
 * @typedef {{id: string, done: boolean, reason_code: string | null, reason: string | null,
 *   reason_values: Record<string, string>}} Result what became of one job
 */

const MOST_NAMES = 12; // jobs that the question before a deletion names
const MOST_REASONS = 5; // different reasons that are shown

/** Number of the selected jobs, and the actions on them. */
export class SelectionBar {
  /**
   * @param {Selection} selection
   * @param {object} owner
   * @param {() => void} owner.leave ends the selection
   * @param {(ids: string[]) => void} owner.compare compares two jobs
   * @param {() => void} owner.onChange called when jobs have changed
   */
  constructor(selection, { leave, compare, onChange }) {
    this.selection = selection;
    this.comparing = new ActionButton(words("compare.button"), () =>
      compare(this.selection.jobs.map(({ id }) => id)),
    );
    this.onChange = onChange;
    this.count = element("strong", "anime-selected-count");
    this.count.setAttribute("role", "status");
    const done = element("button", "anime-link", words("select.leave"));
    done.type = "button";
    done.addEventListener("click", leave);
    this.buttons = [
      new ActionButton(`✔ ${words("judge.approve")}`, () => this.#review("approved")),
      new ActionButton(`✘ ${words("judge.reject")}`, () => this.#review("rejected")),
      new ActionButton(words("select.tags"), () => this.#openTags()),
      new ActionButton("CSV", () => this.#export("csv")),
      new ActionButton("JSON", () => this.#export("json")),
      new ActionButton(words("select.delete"), () => this.#delete(), "danger"),
    ];
    this.buttons[3].button.setAttribute("aria-label", words("select.export", { format: "CSV" }));
    this.buttons[4].button.setAttribute("aria-label", words("select.export", { format: "JSON" }));
    for (const index of [3, 4]) this.buttons[index].button.prepend(icon("pi-download"), " ");
    const actions = element(
      "div", "anime-actions", ...this.buttons.map(({ root }) => root), this.comparing.root,
    ); // prettier-ignore
    actions.setAttribute("role", "group");
    actions.setAttribute("aria-label", words("select.actions"));
    this.tags = this.#tagForm();
    this.message = new Message();
    const head = element("div", "anime-selected-head", this.count, done);
    const parts = [head, actions, this.tags, this.message.root];
    this.root = element("div", "anime-selection", ...parts);
    this.root.hidden = true;
    this.root.addEventListener("keydown", (event) => {
      event.stopPropagation(); // the editor would treat a key as one of its shortcuts
      if (event.key === "Escape") leave();
    });
  }

  /** @param {boolean} isSelecting true while jobs are selected */
  draw(isSelecting) {
    const { size, isFull } = this.selection;
    if (this.root.hidden && isSelecting) this.message.clear();
    this.root.hidden = !isSelecting;
    if (!isSelecting) {
      this.tags.hidden = true;
      return;
    }
    const values = { count: number(size, "", 4) };
    const text = words(isFull ? "select.full" : size ? "select.count" : "select.none", values);
    if (this.count.textContent !== text) this.count.textContent = text;
    for (const button of this.buttons) {
      button.setDisabledReason(size ? "" : words("select.none"));
    }
    this.comparing.setDisabledReason(size === 2 ? "" : words("compare.two"));
  }

  #tagForm() {
    const input = element("input", "anime-search");
    input.type = "text";
    input.maxLength = 1000;
    input.placeholder = words("select.tags_names");
    input.setAttribute("aria-label", words("select.tags_names"));
    const add = new ActionButton(words("select.tags_add"), () => this.#tag("add"), "primary");
    const remove = new ActionButton(words("select.tags_remove"), () => this.#tag("remove"));
    const buttons = element("div", "anime-actions", add.root, remove.root);
    const form = element("div", "anime-tag-form", input, buttons);
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing) this.#tag("add");
    });
    form.hidden = true;
    this.tagInput = input;
    return form;
  }

  #openTags() {
    this.tags.hidden = !this.tags.hidden;
    if (!this.tags.hidden) this.tagInput?.focus();
  }

  /** @param {"add" | "remove"} action */
  async #tag(action) {
    const text = this.tagInput?.value ?? "";
    const names = text.split(/[,，、\n]/).map((each) => each.trim()).filter(Boolean);
    if (names.length === 0) return;
    const done = await this.#change("tags", { [action]: names }, "select.tagged");
    if (done && this.tagInput) this.tagInput.value = "";
  }

  /** @param {"approved" | "rejected"} verdict */
  #review(verdict) {
    return this.#change("review", { verdict }, `select.${verdict}`);
  }

  async #delete() {
    const { jobs } = this.selection;
    const names = jobs.slice(0, MOST_NAMES).map(nameOf);
    if (jobs.length > MOST_NAMES) {
      names.push(words("select.more", { count: number(jobs.length - MOST_NAMES, "", 4) }));
    }
    const count = number(jobs.length, "", 4);
    const confirmed = await /** @type {any} */ (app).extensionManager.dialog.confirm({
      title: words("select.delete_title", { count }),
      message: words("select.sure", { count }),
      type: "delete",
      itemList: names,
    });
    if (confirmed) await this.#change("delete", {}, "select.deleted");
  }

  /** @param {"csv" | "json"} format */
  async #export(format) {
    try {
      const ids = this.selection.jobs.map(({ id }) => id);
      const body = { ids, format };
      const file = await callForFile("/anime/selection/export", { method: "POST", body });
      const link = element("a");
      link.href = URL.createObjectURL(file);
      link.download = `anime-jobs.${format}`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
      this.message.say(words("select.exported", { count: number(ids.length, "", 4) }));
    } catch (error) {
      this.message.fail(error);
    }
  }

  /**
   * Change the selected jobs, and display how many were changed and why the others were not.
   *
   * @param {"delete" | "review" | "tags"} route
   * @param {Record<string, unknown>} body
   * @param {"select.deleted" | "select.approved" | "select.rejected" | "select.tagged"} outcome
   * @returns {Promise<boolean>} true if all jobs were changed
   */
  async #change(route, body, outcome) {
    const { jobs } = this.selection;
    if (jobs.length === 0) return false;
    try {
      const request = { method: "POST", body: { ids: jobs.map(({ id }) => id), ...body } };
      const { results } = await callRoute(`/anime/selection/${route}`, request);
      const failed = results.filter((/** @type {Result} */ each) => !each.done);
      const done = results.length - failed.length;
      const text = words(outcome, { count: number(done, "", 4) });
      if (failed.length === 0) this.message.say(text);
      else {
        const failures = words("select.failures", { count: number(failed.length, "", 4) });
        const sentences = [done ? text : "", failures].filter(Boolean).join(" ");
        this.message.say(sentences, list(reasons(failed, jobs)));
      }
      return failed.length === 0;
    } catch (error) {
      this.message.fail(error);
      return false;
    } finally {
      this.onChange();
    }
  }
}

/**
 * Return why jobs were not changed, as texts that name the jobs; jobs with the same reason share a
 * text.
 *
 * @param {Result[]} failed
 * @param {ListedJob[]} jobs
 */
export function reasons(failed, jobs) {
  const byId = new Map(jobs.map((job) => [job.id, job]));
  /** @type {Map<string, string[]>} names by reason */
  const names = new Map();
  for (const { id, reason_code: key, reason, reason_values: values } of failed) {
    const text = refusalText({ key: key ?? "", values }, reason ?? "");
    const job = byId.get(id);
    names.set(text, [...(names.get(text) ?? []), job ? nameOf(job) : id]);
  }
  return [...names].slice(0, MOST_REASONS).map(([reason, all]) => {
    const firstNames = all.slice(0, 3).join(", ");
    const rest = all.length - 3;
    const more = rest > 0 ? ` ${words("select.more", { count: number(rest, "", 4) })}` : "";
    return `${firstNames}${more}: ${reason}`;
  });
}

/** @param {ListedJob} job */
function nameOf(job) {
  return [jobName(job).name, takeText(job)].filter(Boolean).join(" · ");
}

/** @param {string} name */
function icon(name) {
  const symbol = element("i", `pi ${name}`);
  symbol.setAttribute("aria-hidden", "true");
  return symbol;
}
