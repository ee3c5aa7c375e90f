/** Tab Jobs of the sidebar: filters and the list of jobs. */

import { element } from "../element.js";
import { errorText } from "../parts/message.js";
import { number, words } from "../words.js";
import { Feed } from "./feed.js";
import { Filters } from "./filters.js";
import { jobName, stateText } from "./job.js";
import { JobList } from "./list.js";
import { ListTools } from "./list_tools.js";
import { verdictText } from "./row.js";
import { SelectionBar } from "./selection_bar.js";
import { ShotGroups } from "./shot_groups.js";

/** @import { JobEvent, ListedJob } from "./job.js" */

const TICK = 30_000; // milliseconds between two updates of the displayed ages
const ANNOUNCE_PAUSE = 1000; // milliseconds; jobs that end in this time share one announcement

/** View of the filters, and of the jobs that match them: one after the other, or by shot. */
export class JobsView {
  #tick = 0;
  #announceTimer = 0;
  /** @type {ListedJob[]} */
  #ended = [];

  #hasProblem = false;

  /**
   * @param {object} actions
   * @param {(id: string) => void} actions.openJob
   * @param {(ids: string[]) => void} actions.compare
   * @param {() => void} actions.onProblemChange called when requests begin to fail, or work again
   */
  constructor({ openJob, compare, onProblemChange }) {
    this.onProblemChange = onProblemChange;
    this.filters = new Filters(() => this.#find());
    this.notice = element("div", "anime-notice");
    this.notice.setAttribute("role", "status");
    this.nothing = element("div", "anime-nothing");
    this.announcement = element("div", "anime-visually-hidden");
    this.announcement.setAttribute("role", "status");
    this.tools = new ListTools({
      onChange: () => this.#find(),
      onSelecting: (on) => this.list.setSelecting(on),
    });
    this.feed = new Feed(this.#owner(false));
    /** @type {ShotGroups} */
    this.groups = new ShotGroups(this.#owner(true));
    this.list = new JobList({
      open: (job) => openJob(job.id),
      loadTo: (index) => this.source.loadTo(index),
      toggle: (shot) => this.groups.toggle(shot),
      isUnfolded: (shot) => this.groups.isUnfolded(shot),
      onSelect: () => this.#drawSelection(),
    });
    this.bar = new SelectionBar(this.list.selection, {
      leave: () => {
        this.list.setSelecting(false);
        this.focus();
      },
      compare,
      onChange: () => this.source.resync(this.feed.jobs.length),
    });
    /** @type {HTMLElement} */
    this.root = element(
      "div", "anime-jobs", this.filters.root, this.tools.root, this.notice, this.nothing,
      this.list.root, this.bar.root, this.announcement,
    ); // prettier-ignore
    this.#draw();
  }

  /** Return what the list displays: a feed of jobs, or the groups of them. */
  get source() {
    return this.tools.isGrouped ? this.groups : this.feed;
  }

  /**
   * Return what a source of the list calls.
   *
   * @param {boolean} isGrouped true for the groups
   */
  #owner(isGrouped) {
    const isDisplayed = () => this.tools.isGrouped === isGrouped;
    return {
      onChange: () => void (isDisplayed() && this.#draw()),
      onEnd: (/** @type {ListedJob} */ job) => this.#announce(job),
      isWatched: () => this.root.isConnected && isDisplayed(),
    };
  }

  /** Load the changes and update the displayed ages, because the tab is opened. */
  activate() {
    this.list.restore();
    if (this.source.isLoading && !this.source.problem) this.#find();
    else this.source.resume();
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
    this.source.handleEvent(event);
  }

  /** Load the jobs again as soon as they are displayed, because one was judged. */
  refresh() {
    this.source.refresh();
  }

  resync() {
    this.source.resync(this.list.reach);
    if (this.root.isConnected) this.filters.loadNames();
  }

  /**
   * Put the focus on the row of a job.
   *
   * @param {string} [id] of the job; without it, the row that had the focus
   */
  focus(id) {
    this.list.focus(id);
  }

  #find() {
    (this.source === this.feed ? this.groups : this.feed).stop();
    this.list.toTop();
    this.source.find({ ...this.filters.values, ...this.tools.parameters });
  }

  #drawSelection() {
    const { isSelecting } = this.list;
    this.tools.setSelecting(isSelecting);
    this.bar.draw(isSelecting);
  }

  #draw() {
    const { items, complete, isLoading, problem } = this.source;
    const { isGrouped, parameters } = this.tools;
    this.list.root.hidden = items.length === 0;
    this.list.root.setAttribute("aria-busy", String(isLoading && !problem));
    this.list.update(items, { complete, isGrouped, order: parameters.order ?? "newest" });
    this.#drawNotice();
    this.#drawNothing();
    if (this.#hasProblem !== (problem !== null)) {
      this.#hasProblem = problem !== null;
      this.onProblemChange();
    }
  }

  #drawNotice() {
    const { problem } = this.source;
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
    const { items, isLoading, problem } = this.source;
    this.nothing.hidden = items.length > 0 || problem !== null;
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
