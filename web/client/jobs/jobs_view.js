/** Tab Jobs of the sidebar: filters and the list of jobs. */

import { element } from "../element.js";
import { errorText } from "../parts/message.js";
import { number, words } from "../words.js";
import { Feed } from "./feed.js";
import { Filters } from "./filters.js";
import { jobName, stateText } from "./job.js";
import { JobList } from "./list.js";
import { verdictText } from "./row.js";

/** @import { JobEvent, ListedJob } from "./job.js" */

const TICK = 30_000; // milliseconds between two updates of the displayed ages
const ANNOUNCE_PAUSE = 1000; // milliseconds; jobs that end in this time share one announcement

/** View of the filters and of the jobs that match them. */
export class JobsView {
  #tick = 0;
  #announceTimer = 0;
  /** @type {ListedJob[]} */
  #ended = [];

  #hasProblem = false;

  /**
   * @param {object} actions
   * @param {(id: string) => void} actions.openJob
   * @param {() => void} actions.onProblemChange called when requests begin to fail, or work again
   */
  constructor({ openJob, onProblemChange }) {
    this.onProblemChange = onProblemChange;
    this.filters = new Filters(() => this.#find());
    this.notice = element("div", "anime-notice");
    this.notice.setAttribute("role", "status");
    this.nothing = element("div", "anime-nothing");
    this.announcement = element("div", "anime-visually-hidden");
    this.announcement.setAttribute("role", "status");
    this.list = new JobList({
      open: (job) => openJob(job.id),
      loadMore: () => this.feed.loadMore(),
    });
    this.feed = new Feed({
      onChange: () => this.#draw(),
      onEnd: (job) => this.#announce(job),
      isWatched: () => this.root.isConnected,
    });
    const { root } = this.list;
    this.root = element(
      "div", "anime-jobs", this.filters.root, this.notice, this.nothing, root, this.announcement,
    ); // prettier-ignore
    this.#draw();
  }

  /** Load the changes and update the displayed ages, because the tab is opened. */
  activate() {
    this.list.restore();
    if (this.feed.isLoading && !this.feed.problem) this.#find();
    else this.feed.resume();
    this.filters.loadNames();
    clearInterval(this.#tick);
    this.#tick = setInterval(() => {
      if (this.root.isConnected) this.list.tick();
      else clearInterval(this.#tick);
    }, TICK);
  }

  /**
   * Apply an event of a job.
   *
   * @param {JobEvent} event
   */
  handleEvent(event) {
    this.feed.handleEvent(event);
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
    const { jobs, complete, isLoading, problem } = this.feed;
    this.list.root.hidden = jobs.length === 0;
    this.list.root.setAttribute("aria-busy", String(isLoading && !problem));
    this.list.update(jobs, complete);
    this.#drawNotice();
    this.#drawNothing();
    if (this.#hasProblem !== (problem !== null)) {
      this.#hasProblem = problem !== null;
      this.onProblemChange();
    }
  }

  #drawNotice() {
    const { problem } = this.feed;
    const { backlog } = problem?.more.outbox ?? {};
    const reason = problem?.text.values?.reason;
    const lines = !problem
      ? []
      : problem.code === "database_away"
        ? [
            words("jobs.away"),
            typeof reason === "string" ? reason : "",
            backlog ? words("jobs.away_outbox", { count: number(backlog) }) : "",
            words("jobs.away_do"),
          ]
        : problem.status === 0
          ? [words("jobs.no_answer"), words("jobs.no_answer_do")]
          : [words("jobs.refused"), errorText(problem)];
    const [heading, ...details] = lines.filter(Boolean);
    const parts = heading
      ? [element("strong", "", heading), ...details.map((line) => element("p", "", line))]
      : [];
    // The server's own sentence has no translation.
    for (const part of parts) if (part.textContent === reason) part.lang = "en";
    const text = parts.map(({ textContent }) => textContent).join();
    this.notice.hidden = !parts.length;
    this.notice.dataset.cause = problem?.code ?? "";
    if (this.notice.dataset.text === text) return; // a screen reader would read it again
    this.notice.dataset.text = text;
    this.notice.replaceChildren(...parts);
  }

  #drawNothing() {
    const { jobs, isLoading, problem } = this.feed;
    this.nothing.hidden = jobs.length > 0 || problem !== null;
    this.nothing.classList.toggle("anime-loading", isLoading);
    if (this.nothing.hidden) return;
    if (isLoading) this.nothing.replaceChildren(words("jobs.loading"));
    else if (this.filters.active) this.nothing.replaceChildren(words("jobs.none_found"));
    else {
      this.nothing.replaceChildren(
        element("strong", "", words("jobs.none")),
        element("p", "", words("jobs.none_do")),
      );
    }
  }

  /**
   * Announce to screen readers that a job has ended.
   *
   * @param {ListedJob} job
   */
  #announce(job) {
    this.#ended.push(job);
    this.#announceTimer ||= setTimeout(() => {
      this.#announceTimer = 0;
      const ended = this.#ended.splice(0);
      const last = ended[ended.length - 1];
      const texts = [jobName(last).name, stateText(last), verdictText(last)];
      const one = texts.filter(Boolean).join(", ");
      const several = { count: number(ended.length), last: one };
      this.announcement.textContent = ended.length === 1 ? one : words("jobs.ended", several);
    }, ANNOUNCE_PAUSE);
  }
}
