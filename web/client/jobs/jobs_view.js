import { element } from "../element.js";
import { number, words } from "../words.js";
import { Feed } from "./feed.js";
import { Filters } from "./filters.js";
import { named, stateText } from "./job.js";
import { JobList } from "./list.js";
import { verdictText } from "./row.js";

/** @import { JobEvent, ListedJob } from "./job.js" */

const TICK = 30_000; // milliseconds between two looks at the clock
const SPEAK = 1000; // milliseconds in which what ended is said in one sentence

/** The first tab: filters, and the jobs that they leave. */
export class JobsView {
  #tick = 0;
  #speak = 0;
  /** @type {ListedJob[]} */
  #ended = [];

  #trouble = false;

  /**
   * @param {object} actions
   * @param {(id: string) => void} actions.openJob
   * @param {() => void} actions.troubled trouble began, or is over
   */
  constructor({ openJob, troubled }) {
    this.troubled = troubled;
    this.filters = new Filters(() => this.#find());
    this.notice = element("div", "anime-notice");
    this.notice.setAttribute("role", "status");
    this.nothing = element("div", "anime-nothing");
    this.said = element("div", "anime-unseen");
    this.said.setAttribute("role", "status");
    this.list = new JobList({ open: (job) => openJob(job.id), more: () => this.feed.more() });
    this.feed = new Feed({
      changed: () => this.#draw(),
      ended: (job) => this.#announce(job),
      watched: () => this.root.isConnected,
    });
    const { root } = this.list;
    this.root = element(
      "div", "anime-jobs", this.filters.root, this.notice, this.nothing, root, this.said,
    ); // prettier-ignore
    this.#draw();
  }

  /** It is looked at now, once more or for the first time. */
  shown() {
    this.list.restore();
    if (this.feed.empty && !this.feed.problem) this.#find();
    else this.feed.watch();
    this.filters.loadNames();
    clearInterval(this.#tick);
    this.#tick = setInterval(() => {
      if (this.root.isConnected) this.list.tick();
      else clearInterval(this.#tick);
    }, TICK);
  }

  /** @param {JobEvent} event */
  told(event) {
    this.feed.told(event);
  }

  resync() {
    this.feed.resync(this.list.reach);
    if (this.root.isConnected) this.filters.loadNames();
  }

  focus() {
    this.list.focus();
  }

  #find() {
    this.list.toTop();
    this.feed.find(this.filters.values);
  }

  #draw() {
    const { jobs, complete, empty, problem } = this.feed;
    this.list.root.hidden = jobs.length === 0;
    this.list.root.setAttribute("aria-busy", String(empty && !problem));
    this.list.update(jobs, complete);
    this.#drawNotice();
    this.#drawNothing();
    if (this.#trouble !== (problem !== null)) {
      this.#trouble = problem !== null;
      this.troubled();
    }
  }

  #drawNotice() {
    const { problem } = this.feed;
    const { backlog } = problem?.more.outbox ?? {};
    const lines = !problem
      ? []
      : problem.code === "database_away"
        ? [
            words("jobs.away"),
            backlog ? words("jobs.away_outbox", { count: number(backlog) }) : "",
            words("jobs.away_do"),
          ]
        : problem.status === 0
          ? [words("jobs.no_answer"), words("jobs.no_answer_do")]
          : [words("jobs.refused"), problem.message];
    const [first, ...rest] = lines.filter(Boolean);
    const parts = first
      ? [element("strong", "", first), ...rest.map((line) => element("p", "", line))]
      : [];
    const text = parts.map(({ textContent }) => textContent).join();
    this.notice.hidden = !parts.length;
    this.notice.dataset.cause = problem?.code ?? "";
    if (this.notice.dataset.said === text) return; // a screen reader would say it again
    this.notice.dataset.said = text;
    this.notice.replaceChildren(...parts);
  }

  #drawNothing() {
    const { jobs, empty, problem } = this.feed;
    this.nothing.hidden = jobs.length > 0 || problem !== null;
    this.nothing.classList.toggle("anime-loading", empty);
    if (this.nothing.hidden) return;
    if (empty) this.nothing.replaceChildren(words("jobs.loading"));
    else if (this.filters.active) this.nothing.replaceChildren(words("jobs.none_found"));
    else {
      this.nothing.replaceChildren(
        element("strong", "", words("jobs.none")),
        element("p", "", words("jobs.none_do")),
      );
    }
  }

  /** @param {ListedJob} job that has just ended */
  #announce(job) {
    this.#ended.push(job);
    this.#speak ||= setTimeout(() => {
      this.#speak = 0;
      const ended = this.#ended.splice(0);
      const last = ended[ended.length - 1];
      const one = [named(last).name, stateText(last), verdictText(last)].filter(Boolean).join(", ");
      const several = { count: number(ended.length), last: one };
      this.said.textContent = ended.length === 1 ? one : words("jobs.ended", several);
    }, SPEAK);
  }
}
