/** Detail of one job in the sidebar. */

import { element, useStyleSheet } from "../../element.js";
import { fileList } from "../../parts/files.js";
import { showProblem } from "../../parts/problem.js";
import { Section } from "../../parts/section.js";
import { callRoute, RouteError } from "../../requests.js";
import { routeText, words } from "../../words.js";
import { verdictOf } from "../job.js";
import { JobActions, Removal } from "./actions.js";
import { failure, retries } from "./attempts.js";
import { eventList } from "./events.js";
import { Header } from "./header.js";
import { LazySection } from "./lazy_section.js";
import { parameterList } from "./parameters.js";
import { reportList } from "./reports.js";
import { Reviews } from "./reviews.js";

/** @import { OrderStart } from "../../productions/ordering/order_form.js" */
/** @import { Job, JobAnswer, UndeletedFile } from "./job_answer.js" */

const SHEETS = ["parts/parts.css", "parts/lists.css", "report/report.css", "player/player.css"];
for (const sheet of [...SHEETS.map((each) => `../../${each}`), "./detail.css"]) {
  useStyleSheet(new URL(sheet, import.meta.url).href);
}

// Milliseconds between two requests for a running job: if another ComfyUI process runs the job, its
// events don't reach this page.
const PAUSE = 4000;
const TICK = 5000; // milliseconds between two updates of the displayed age and duration
const SOON = 250; // milliseconds; several events in a row cause one request
const UNFINISHED = ["pending", "in_progress"];
const MOST_FILES = 4; // files in the list before it is expanded

/** Detail of one job: its state, reports, reviews, files and history, with its actions. */
export class JobDetail {
  /**
   * @param {{back(): void, openJob(id: string): void, openProduction(id: string): void,
   *   order(start: OrderStart): void, changed(): void}} navigation `changed`: called when the user
   *   has judged the job
   */
  constructor(navigation) {
    this.navigation = navigation;
    this.id = "";
    /** @type {JobAnswer | null} */
    this.answer = null;
    /** @type {AbortController | null} */
    this.request = null;
    this.timer = 0;
    this.tickTimer = 0;
    this.wasFocused = true; // false until the opened job has been scrolled to its top and focused
    const back = element("button", "anime-back", `← ${words("detail.back")}`);
    back.type = "button";
    back.addEventListener("click", () => navigation.back());
    this.problem = element("div", "anime-notice");
    this.problem.setAttribute("role", "alert");
    const loading = element("p", "anime-loading anime-detail-loading", words("jobs.loading"));
    loading.setAttribute("role", "status");
    this.header = new Header(navigation);
    const onChange = () => this.#load();
    this.actions = new JobActions(navigation, onChange);
    this.reviews = new Reviews(() => {
      navigation.changed();
      onChange();
    });
    this.removal = new Removal((undeleted) => this.#removed(undeleted));
    this.sections = {
      error: new Section(words("detail.error"), failure),
      reports: new Section(words("detail.reports"), reportList),
      attempts: new Section(words("detail.attempts"), retries),
      files: new Section(words("detail.files"), files),
    };
    this.parameters = new LazySection(words("detail.parameters"), "params", parameterList);
    this.events = new LazySection(words("detail.events"), "events", eventList);
    const { error, reports, attempts, files: written } = this.sections;
    this.body = element(
      "div",
      "anime-detail-body",
      this.header.root,
      this.actions.root,
      error.root,
      reports.root,
      this.reviews.root,
      attempts.root,
      written.root,
      this.parameters.root,
      this.events.root,
      this.removal.root,
    );
    this.root = element("div", "anime-detail", back, this.problem, loading, this.body);
    this.root.tabIndex = -1; // a click beside a button keeps the focus here, so that Escape works
    this.root.addEventListener("keydown", (event) => this.#pressed(event));
    this.#clear();
  }

  /** Return the id of the displayed job; "" before it is loaded. */
  get jobId() {
    return this.answer?.job.id ?? "";
  }

  /**
   * Display a job.
   *
   * @param {string} id of the job or of its prompt
   */
  show(id) {
    if (id !== this.id) {
      this.id = id;
      this.#clear();
    }
    this.wasFocused = false;
    this.#load();
  }

  /** Load the job again, because the detail is opened. */
  activate() {
    if (this.id) this.#load();
    clearInterval(this.tickTimer);
    this.tickTimer = setInterval(() => {
      if (this.root.isConnected) this.header.tick();
      else clearInterval(this.tickTimer);
    }, TICK);
  }

  /**
   * Go back at Escape, unless a frame, a dialog or a text that is being written takes the key.
   *
   * @param {KeyboardEvent} event
   */
  #pressed(event) {
    if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation(); // the canvas would react to the key too
    const { target } = event;
    // One key must not lose a text that was written.
    if (target instanceof HTMLTextAreaElement && target.value) this.header.focus();
    else this.navigation.back();
  }

  /**
   * Apply an event of a job.
   *
   * @param {{id: string, prompt_id: string | null, state: any, progress: number | null}} event
   */
  handleEvent(event) {
    if (event.id !== this.id && event.prompt_id !== this.id) return;
    if (this.answer && UNFINISHED.includes(event.state)) {
      this.answer.job = { ...this.answer.job, state: event.state, progress: event.progress };
      this.#fill();
    } else this.#later(SOON);
  }

  resync() {
    this.activate();
  }

  #clear() {
    this.answer = null;
    this.problem.hidden = true;
    this.body.hidden = true;
    for (const section of Object.values(this.sections)) section.empty();
    for (const part of [this.actions, this.reviews, this.removal, this.header]) part.clear();
    this.parameters.forget();
    this.events.forget();
  }

  async #load() {
    clearTimeout(this.timer);
    this.request?.abort();
    const request = new AbortController();
    this.request = request;
    try {
      const route = `/anime/jobs/${encodeURIComponent(this.id)}`;
      this.answer = await callRoute(route, { signal: request.signal });
      if (request.signal.aborted) return;
      this.problem.hidden = true;
      this.#fill();
      const state = this.answer?.job.state ?? "";
      if (UNFINISHED.includes(state)) this.#later(PAUSE);
    } catch (error) {
      if (request.signal.aborted) return;
      const old = this.answer ? [element("p", "", words("detail.may_be_old"))] : [];
      showProblem(this.problem, error, ...old);
      if (!(error instanceof RouteError && error.status === 404)) this.#later(PAUSE);
    }
  }

  /** @param {number} pause */
  #later(pause) {
    clearTimeout(this.timer);
    // A hidden view stops loading; `activate` starts it again.
    this.timer = setTimeout(() => this.root.isConnected && this.#load(), pause);
  }

  #fill() {
    if (!this.answer) return;
    const { job, reports, artifacts, attempts, reviews, production_id } = this.answer;
    this.body.hidden = false;
    const hasPicture = artifacts.length > 0 || reports.some((each) => each.snapshots?.length);
    this.header.fill(job, hasPicture, production_id);
    this.actions.fill(job, artifacts, production_id);
    this.sections.error.fill(job.error);
    const worst = verdictOf(job) !== null && job.judged_by === "worst";
    this.sections.reports.fill({ reports, artifacts, judged: verdictOf(job) !== null, worst });
    this.sections.attempts.fill({ attempts, reports });
    this.sections.files.fill(artifacts);
    this.reviews.fill(job, reviews);
    this.removal.fill(job, artifacts);
    const ended = !UNFINISHED.includes(job.state);
    this.parameters.update(job.id, ended);
    this.events.update(job.id, `${job.state} ${artifacts.length} ${reviews.length}`);
    if (this.wasFocused) return;
    this.wasFocused = true;
    this.root.parentElement?.scrollTo(0, 0);
    this.header.focus();
  }

  /**
   * Leave the detail of the deleted job, or display the files that could not be deleted.
   *
   * @param {UndeletedFile[]} undeleted
   */
  #removed(undeleted) {
    if (undeleted.length === 0) {
      this.navigation.back();
      return;
    }
    clearTimeout(this.timer);
    this.#clear();
    this.problem.hidden = false;
    this.problem.dataset.cause = "";
    const items = undeleted.map(({ path, reason_code: code, reason }) =>
      element("li", "", `${path}: ${routeText(`kept.${code}`, reason)}`),
    );
    this.problem.replaceChildren(
      element("strong", "", words("detail.deleted_kept")),
      element("ul", "", ...items),
    );
  }
}

/** @param {JobAnswer["artifacts"]} written */
function files(written) {
  if (written.length === 0) return null;
  const first = fileList(written.slice(0, MOST_FILES));
  if (written.length <= MOST_FILES) return { parts: [first] };
  const all = words("detail.all_files", { count: written.length });
  const more = element("button", "anime-link", all);
  more.type = "button";
  more.addEventListener("click", () => {
    more.remove();
    first.append(...fileList(written.slice(MOST_FILES)).children);
  });
  return { parts: [first, more] };
}
