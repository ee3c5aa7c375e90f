import { element, useStyleSheet } from "../../element.js";
import { fileList } from "../../parts/files.js";
import { showProblem } from "../../parts/problem.js";
import { Section } from "../../parts/section.js";
import { ask, RouteError } from "../../requests.js";
import { told, words } from "../../words.js";
import { verdictOf } from "../job.js";
import { JobActions, Removal } from "./actions.js";
import { failure, retries } from "./attempts.js";
import { eventList } from "./events.js";
import { Header } from "./header.js";
import { Later } from "./later.js";
import { parameterList } from "./parameters.js";
import { reportList } from "./reports.js";
import { Reviews } from "./reviews.js";

/** @import { Job, JobAnswer, Kept } from "./job_answer.js" */

const SHEETS = ["parts/parts.css", "parts/lists.css", "report/report.css"];
for (const sheet of [...SHEETS.map((each) => `../../${each}`), "./detail.css"]) {
  useStyleSheet(new URL(sheet, import.meta.url).href);
}

const PAUSE = 4000; // ms between looks at a job that runs, maybe in another ComfyUI
const SOON = 250; // ms: events come in bunches
const UNFINISHED = ["pending", "in_progress"];
const MOST_FILES = 4; // that are shown at first

/** Everything about one job, and what can be done with it. */
export class JobDetail {
  /**
   * @param {{back(): void, openJob(id: string): void, openProduction(id: string): void}} go
   */
  constructor(go) {
    this.go = go;
    this.id = "";
    /** @type {JobAnswer | null} */
    this.known = null;
    /** @type {AbortController | null} */
    this.asking = null;
    this.timer = 0;
    this.greeted = true; // whether it has been shown from its beginning
    const back = element("button", "anime-back", `← ${words("detail.back")}`);
    back.type = "button";
    back.addEventListener("click", () => go.back());
    this.problem = element("div", "anime-notice");
    this.problem.setAttribute("role", "alert");
    this.header = new Header(go);
    const changed = () => this.#load();
    this.actions = new JobActions(go, changed);
    this.reviews = new Reviews(changed);
    this.removal = new Removal((kept) => this.#removed(kept));
    this.sections = {
      error: new Section(words("detail.error"), failure),
      reports: new Section(words("detail.reports"), reportList),
      attempts: new Section(words("detail.attempts"), retries),
      files: new Section(words("detail.files"), files),
    };
    this.parameters = new Later(words("detail.parameters"), "params", parameterList);
    this.events = new Later(words("detail.events"), "events", eventList);
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
    this.root = element("div", "anime-detail", back, this.problem, this.body);
    this.#clear();
  }

  /** @param {string} id the job's, or its prompt's */
  show(id) {
    if (id !== this.id) {
      this.id = id;
      this.#clear();
    }
    this.greeted = false;
    this.#load();
  }

  /** It is looked at again. */
  shown() {
    if (this.id) this.#load();
  }

  /** @param {{id: string, prompt_id: string | null, state: any, progress: number | null}} event */
  told(event) {
    if (event.id !== this.id && event.prompt_id !== this.id) return;
    if (this.known && UNFINISHED.includes(event.state)) {
      this.known.job = { ...this.known.job, state: event.state, progress: event.progress };
      this.#fill();
    } else this.#later(SOON);
  }

  resync() {
    this.shown();
  }

  #clear() {
    this.known = null;
    this.problem.hidden = true;
    this.body.hidden = true;
    for (const section of Object.values(this.sections)) section.empty();
    for (const part of [this.actions, this.reviews, this.removal, this.header]) part.clear();
    this.parameters.forget();
    this.events.forget();
  }

  async #load() {
    clearTimeout(this.timer);
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    const wanted = this.id;
    try {
      const route = `/anime/jobs/${encodeURIComponent(wanted)}`;
      this.known = await ask(route, { signal: asking.signal });
      if (asking.signal.aborted) return;
      this.problem.hidden = true;
      this.#fill();
      const state = this.known?.job.state ?? "";
      if (UNFINISHED.includes(state)) this.#later(PAUSE);
    } catch (error) {
      if (asking.signal.aborted) return;
      const old = this.known ? [element("p", "", words("detail.may_be_old"))] : [];
      showProblem(this.problem, error, ...old);
      if (!(error instanceof RouteError && error.status === 404)) this.#later(PAUSE);
    }
  }

  /** @param {number} pause */
  #later(pause) {
    clearTimeout(this.timer);
    // Nobody looks: `shown` goes on.
    this.timer = setTimeout(() => this.root.isConnected && this.#load(), pause);
  }

  #fill() {
    if (!this.known) return;
    const { job, reports, artifacts, attempts, reviews, production_id } = this.known;
    this.body.hidden = false;
    this.header.fill(job, artifacts.length > 0, production_id);
    this.actions.fill(job);
    this.sections.error.fill(job.error);
    const worst = verdictOf(job) !== null && job.judged_by === "worst";
    this.sections.reports.fill({ reports, artifacts, judged: verdictOf(job) !== null, worst });
    this.sections.attempts.fill({ attempts, reports });
    this.sections.files.fill(artifacts);
    this.reviews.fill(job, reviews);
    this.removal.fill(job, artifacts);
    const ended = !UNFINISHED.includes(job.state);
    this.parameters.of(job.id, ended);
    this.events.of(job.id, `${job.state} ${artifacts.length} ${reviews.length}`);
    if (this.greeted) return;
    this.greeted = true;
    this.root.parentElement?.scrollTo(0, 0);
    this.header.focus();
  }

  /** @param {Kept[]} kept files that are still there */
  #removed(kept) {
    if (kept.length === 0) {
      this.go.back();
      return;
    }
    clearTimeout(this.timer);
    this.#clear();
    this.problem.hidden = false;
    this.problem.dataset.cause = "";
    const items = kept.map(({ path, reason_code: code, reason }) =>
      element("li", "", `${path}: ${told(`kept.${code}`, reason)}`),
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
