/** Chart of scores and pass rates by day, for the tab Trend. */

import uPlot from "../vendor/uplot/uPlot.esm.js";
import { element } from "../element.js";
import { wholeScore } from "../report/verdicts.js";
import { language, number, words } from "../words.js";
import { countsInWords } from "./counts.js";

/** @import { Group } from "./trend.js" */

const HEIGHT = 170; // pixels
const NARROWEST = 200; // pixels
const GREY = "#9CA3AF";
// Colour-blind safe (Okabe and Ito 2008), with enough contrast on dark and on light backgrounds.
const SCORE = "#0090D8";
const RATE = "#CC79A7";
const DAY = 86_400; // seconds

/** Chart of the median score and of the share of judged jobs that passed, by day. */
export class DayChart {
  constructor() {
    /** @type {uPlot | null} */
    this.plot = null;
    this.name = element("h3", "anime-heading");
    this.place = element("div", "anime-day-chart");
    this.place.setAttribute("role", "img");
    const legend = element("div", "anime-legend");
    legend.append(legendEntry(SCORE, "●", words("trend.score_line")));
    legend.append(legendEntry(RATE, "◆", words("trend.rate_line")));
    this.summary = element("p", "anime-quiet");
    this.root = element("figure", "anime-day-figure", this.name, legend, this.place, this.summary);
    this.root.hidden = true;
    // The user changes the sidebar's width.
    this.resized = new ResizeObserver(() => this.#fit());
    this.resized.observe(this.place);
  }

  /**
   * Draw the days of a group.
   *
   * @param {string} name of the group
   * @param {Group[]} days
   */
  fill(name, days) {
    const rows = [...days].sort((one, other) => (one.key < other.key ? -1 : 1));
    this.root.hidden = rows.length === 0;
    if (rows.length === 0) return;
    this.name.textContent = words("trend.days_of", { name });
    const newest = rows[rows.length - 1];
    const summary = summaryOf(newest);
    this.summary.textContent = summary;
    this.place.setAttribute("aria-label", `${words("trend.days_of", { name })}. ${summary}`);
    const times = rows.map((each) => Date.parse(each.key) / 1000); // a day begins at midnight UTC
    const scores = rows.map((each) => each.last.median_score);
    const rates = rows.map((each) => each.pass_rate && each.pass_rate * 100);
    this.plot?.destroy();
    this.plot = new uPlot(options(times), [times, scores, rates], this.place);
    this.#fit();
  }

  #fit() {
    const width = Math.max(this.place.clientWidth, NARROWEST);
    if (this.plot && width !== this.plot.width) this.plot.setSize({ width, height: HEIGHT });
  }
}

/**
 * @param {number[]} times
 * @returns {uPlot.Options}
 */
function options(times) {
  /** @type {uPlot.Axis} */
  const axis = { stroke: GREY, grid: { stroke: "#9CA3AF33", width: 1 }, font: "10px sans-serif" };
  const style = /** @type {const} */ ({ month: "short", day: "numeric", timeZone: "UTC" });
  const day = new Intl.DateTimeFormat(language(), style);
  return {
    width: NARROWEST,
    height: HEIGHT,
    padding: [8, 10, 0, 0],
    cursor: { show: false },
    legend: { show: false },
    scales: {
      x: { time: true, range: [times[0] - DAY / 2, times[times.length - 1] + DAY / 2] },
      y: { range: [0, 100] },
    },
    tzDate: (time) => uPlot.tzDate(new Date(time * 1000), "UTC"),
    axes: [
      {
        ...axis,
        size: 24,
        gap: 3,
        space: 52,
        incrs: [DAY, 2 * DAY, 7 * DAY, 14 * DAY, 28 * DAY],
        values: (_, ticks) => ticks.map((tick) => day.format(new Date(tick * 1000))),
      },
      { ...axis, size: 32, gap: 2, incrs: [25, 50] },
    ],
    series: [
      {},
      { stroke: SCORE, width: 2, spanGaps: true, points: { show: true, size: 7, fill: SCORE } },
      {
        stroke: RATE,
        width: 2,
        dash: [5, 4],
        spanGaps: true,
        points: { show: true, size: 7, fill: RATE, paths: diamonds },
      },
    ],
  };
}

/**
 * Draw the points of a series as diamonds, so that the two lines differ by more than their colour.
 *
 * @param {uPlot} plot
 * @param {number} series
 * @param {number} from
 * @param {number} to
 */
function diamonds(plot, series, from, to) {
  const path = new Path2D();
  const half = 5 * devicePixelRatio;
  for (let index = from; index <= to; index++) {
    const value = plot.data[series][index];
    if (value === null || value === undefined) continue;
    const x = plot.valToPos(plot.data[0][index], "x", true);
    const y = plot.valToPos(value, "y", true);
    path.moveTo(x, y - half);
    path.lineTo(x + half, y);
    path.lineTo(x, y + half);
    path.lineTo(x - half, y);
    path.closePath();
  }
  return { stroke: null, fill: path };
}

/**
 * Return the counts and the score of a day as text.
 *
 * @param {Group} group of a day
 */
function summaryOf(group) {
  const { key: day, jobs, last } = group;
  const date = new Intl.DateTimeFormat(language(), { dateStyle: "medium", timeZone: "UTC" });
  return words("trend.newest", {
    day: date.format(new Date(day)),
    jobs: number(jobs),
    counts: countsInWords(group),
    score: last.median_score === null ? "–" : number(wholeScore(last.median_score)),
  });
}

/**
 * @param {string} colour
 * @param {string} symbol
 * @param {string} text
 */
function legendEntry(colour, symbol, text) {
  const sign = element("span", "", symbol);
  sign.style.color = colour;
  sign.setAttribute("aria-hidden", "true");
  return element("span", "anime-key", sign, ` ${text}`);
}
