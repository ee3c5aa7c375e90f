/** Tab Trend of the sidebar: pass rates and scores of jobs, by group and by day. */

import { element, useStyleSheet } from "../element.js";
import { showProblem } from "../parts/problem.js";
import { percent } from "../parts/times.js";
import { wholeScore } from "../report/verdicts.js";
import { callRoute } from "../requests.js";
import { number, words } from "../words.js";
import { countsInWords } from "./counts.js";
import { DayChart } from "./day_chart.js";

/**
 * Types of the answer of `GET /anime/stats`. A pass rate counts only jobs that passed or failed.
 *
 * @import { Counts } from "./counts.js"
 *
 * @typedef {{jobs: number, pass_rate: number | null, median_score: number | null,
 *   scores: (number | null)[]}} Recent
 * @typedef {{key: string, project: string | null, jobs: number, pass_rate: number | null,
 *   last: Recent, before: Recent} & Counts} Group
 */

const SHEETS = ["vendor/uplot/uPlot.min.css", "parts/parts.css", "parts/lists.css"];
for (const sheet of [...SHEETS.map((each) => `../${each}`), "./trend.css"]) {
  useStyleSheet(new URL(sheet, import.meta.url).href);
}

const BY = /** @type {const} */ (["character", "model", "project"]);
const RETRY = 5000; // milliseconds from an error to the next request
const LAST = 20; // jobs that are compared with as many before them
const DAYS = 30;
const MOST = 50; // groups
const LARGEST_LAST = 100; // jobs of a day in the drawn median; the route's limit

/** Pass rates and scores of each character, model or project, and their course by day. */
export class Trend {
  constructor() {
    /** @type {Record<string, string>} */
    this.filters = {};
    /** @type {Group | null} the group in the chart; null for all jobs */
    this.group = null;
    /** @type {AbortController | null} */
    this.request = null;
    this.timer = 0;
    this.by = element("select", "anime-filter");
    this.by.id = "anime-trend-by";
    for (const key of BY) this.by.append(new Option(words(`trend.by_${key}`), key));
    this.by.addEventListener("change", () => {
      this.group = null;
      this.#load();
    });
    const label = element("label", "anime-label", words("trend.by"));
    label.htmlFor = this.by.id;
    this.problem = element("div", "anime-notice");
    this.problem.setAttribute("role", "alert");
    this.problem.hidden = true;
    this.filtered = element("p", "anime-quiet", words("trend.filtered"));
    this.chart = new DayChart();
    this.place = element("div", "anime-trend-table");
    this.root = element(
      "div",
      "anime-trend",
      element("div", "anime-trend-by", label, this.by),
      this.problem,
      this.filtered,
      this.chart.root,
      this.place,
    );
  }

  /**
   * Display the jobs that match filters.
   *
   * @param {Record<string, string>} filters of the list of jobs
   */
  show(filters) {
    this.filters = Object.fromEntries(Object.entries(filters).filter(([, value]) => value));
    this.group = null;
    this.#load();
  }

  /** Load the groups again, because the tab is opened. */
  activate() {
    this.#load();
  }

  resync() {
    this.#load();
  }

  async #load() {
    clearTimeout(this.timer);
    this.request?.abort();
    const request = new AbortController();
    this.request = request;
    this.filtered.hidden = Object.keys(this.filters).length === 0;
    try {
      const { groups } = await this.#stats(this.by.value, LAST, MOST, {}, request.signal);
      this.#table(groups);
      await this.#draw(request.signal);
      this.problem.hidden = true;
    } catch (error) {
      if (request.signal.aborted) return;
      showProblem(this.problem, error);
      // A hidden view stops loading; `activate` starts it again.
      this.timer = setTimeout(() => this.root.isConnected && this.#load(), RETRY);
    }
  }

  /** @param {AbortSignal} [signal] */
  async #draw(signal) {
    const { group } = this;
    const chosen = !group
      ? {}
      : { [this.by.value]: group.key, ...(group.project ? { project: group.project } : {}) };
    const { groups } = await this.#stats("day", LARGEST_LAST, DAYS, chosen, signal);
    if (group !== this.group) return;
    const all = words("trend.all");
    this.chart.fill(group ? group.key : all, groups);
  }

  /**
   * Return groups of jobs from the route.
   *
   * @param {string} by property that groups the jobs
   * @param {number} last number of jobs of a group that are compared with as many before them
   * @param {number} limit largest number of groups
   * @param {Record<string, string>} chosen parameters that limit the jobs to one group
   * @param {AbortSignal} [signal]
   * @returns {Promise<{groups: Group[]}>}
   */
  #stats(by, last, limit, chosen, signal) {
    const query = new URLSearchParams({
      ...this.filters,
      ...chosen,
      ...{ by, last: String(last), limit: String(limit) },
    });
    return callRoute(`/anime/stats?${query}`, { signal });
  }

  /** @param {Group[]} groups */
  #table(groups) {
    if (groups.length === 0) {
      this.place.replaceChildren(element("p", "anime-nothing", words("trend.none")));
      return;
    }
    const head = [words(`trend.by_${/** @type {typeof BY[number]} */ (this.by.value)}`)];
    head.push(words("trend.jobs"), words("trend.passed"), words("trend.score"));
    const cells = head.map((text) => {
      const cell = element("th", "", text);
      cell.scope = "col";
      return cell;
    });
    const bodies = groups.map((group, index) => {
      const row = this.#row(group);
      const name = /** @type {HTMLElement} */ (row.firstElementChild);
      name.id = `anime-trend-${index}`;
      const counts = element("td", "anime-counts", countsInWords(group));
      counts.colSpan = head.length;
      counts.headers = name.id;
      return element("tbody", "", row, element("tr", "", counts));
    });
    const table = element("table", "anime-table");
    const caption = element("caption", "anime-quiet", words("trend.compared", { last: LAST }));
    table.append(caption, element("thead", "", element("tr", "", ...cells)));
    table.append(...bodies);
    this.place.replaceChildren(table);
  }

  /** @param {Group} group */
  #row(group) {
    const button = element("button", "anime-link", group.key);
    button.type = "button";
    const chosen = this.group?.key === group.key && this.group.project === group.project;
    button.setAttribute("aria-pressed", String(chosen));
    button.addEventListener("click", () => this.#choose(group, button));
    const name = element("th", "", button);
    name.scope = "row";
    if (group.project) name.append(element("div", "anime-quiet", group.project));
    const { last, before } = group;
    return element(
      "tr",
      "",
      name,
      element("td", "", number(group.jobs)),
      cell(last.pass_rate, before.pass_rate, percent),
      cell(last.median_score, before.median_score, (value) => number(wholeScore(value))),
    );
  }

  /**
   * @param {Group} group
   * @param {HTMLButtonElement} button
   */
  async #choose(group, button) {
    const wasChosen = button.getAttribute("aria-pressed") === "true";
    for (const toggle of this.place.querySelectorAll("[aria-pressed]")) {
      toggle.setAttribute("aria-pressed", "false");
    }
    button.setAttribute("aria-pressed", String(!wasChosen));
    this.group = wasChosen ? null : group;
    try {
      await this.#draw();
    } catch (error) {
      showProblem(this.problem, error);
    }
  }
}

/**
 * Return a table cell with a number of the last jobs and its change from the jobs before them.
 *
 * @param {number | null} now
 * @param {number | null} before
 * @param {(value: number) => string} format
 */
function cell(now, before, format) {
  if (now === null) return element("td", "anime-quiet", "–");
  const dataCell = element("td", "", format(now));
  if (before === null || format(before) === format(now)) return dataCell;
  const better = now > before;
  const from = words(better ? "trend.up" : "trend.down", { before: format(before) });
  const change = element("div", "anime-change", `${better ? "▲" : "▼"} ${from}`);
  change.dataset.better = String(better);
  dataCell.append(change);
  return dataCell;
}
