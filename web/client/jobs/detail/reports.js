/** Reports of a job's nodes, for the job's detail. */

import { element } from "../../element.js";
import { decidingMeasurements, withCurve } from "../../report/deciding.js";
import {
  decidingParts, frameCurves, headline, line, scoreInWords,
} from "../../report/report_parts.js"; // prettier-ignore
import { verdictStyle } from "../../report/verdicts.js";
import { labelled, number, reasonText, title, valueOf, words } from "../../words.js";
import { FrameView, locateFrame } from "./frame_view.js";
import { reportPlayer } from "./report_player.js";
import { reportTitles } from "./report_titles.js";
import { snapshotStrips, withoutOtherAttempts } from "./snapshots.js";

/** @import { WrittenFile } from "../../parts/files.js" */
/** @import { Measurement, Report } from "../../report/types.js" */
/** @import { NodeReport } from "./job_answer.js" */

/** @typedef {{part: HTMLElement, destroy(): void}} Card */

/**
 * Return the reports of a job's nodes: first those that decide the job's verdict, then the earlier
 * ones. The two groups have headings only if the job has a verdict and both kinds of reports.
 *
 * @param {object} job
 * @param {NodeReport[]} job.reports
 * @param {WrittenFile[]} job.artifacts
 * @param {boolean} job.judged true if the job has a verdict
 * @param {boolean} job.worst true if the verdict is that of the worst report
 */
export function reportList({ reports, artifacts, judged, worst }) {
  if (reports.length === 0) return null;
  const titles = reportTitles(reports);
  const deciding = reports.filter((each) => each.decides !== false);
  const earlier = reports.filter((each) => each.decides === false);
  const note = worst ? [element("p", "anime-quiet", words("detail.judged_by_worst"))] : [];
  if (!judged || deciding.length === 0 || earlier.length === 0) {
    const all = reports.map((each) => card(each, titles, artifacts, "h4"));
    return sectionOf(all, (parts) => [...note, ...parts]);
  }
  const first = deciding.map((each) => card(each, titles, artifacts, "h5"));
  const earlierCards = earlier.map((each) => earlierCard(each, titles, artifacts));
  return sectionOf([...first, ...earlierCards], (parts) => [
    ...note,
    element("h4", "anime-group-heading", words("detail.deciding")),
    ...parts.slice(0, first.length),
    element("h4", "anime-group-heading", words("detail.earlier")),
    element("p", "anime-quiet", words("detail.earlier_why")),
    ...parts.slice(first.length),
  ]);
}

/**
 * Return cards as the content of a section.
 *
 * @param {Card[]} cards
 * @param {(parts: HTMLElement[]) => HTMLElement[]} arrange adds headings and notes to the cards
 */
function sectionOf(cards, arrange) {
  return {
    parts: arrange(cards.map(({ part }) => part)),
    destroy: () => cards.forEach((each) => each.destroy()),
  };
}

/**
 * Return the card of a report that doesn't decide the verdict: marked with words, without colours,
 * and folded.
 *
 * @param {NodeReport} nodeReport
 * @param {Map<NodeReport, string>} titles
 * @param {WrittenFile[]} files
 * @returns {Card}
 */
function earlierCard(nodeReport, titles, files) {
  const { symbol, word } = verdictStyle(nodeReport.report.verdict);
  const name = titles.get(nodeReport) ?? "";
  const summary = element("summary", "anime-earlier-head");
  summary.append(
    element("span", "anime-card-heading", name),
    element("span", "anime-quiet", `${symbol} ${word} · ${words("detail.earlier_mark")}`),
  );
  const details = element("details", "", summary);
  const part = element("article", "anime-card anime-earlier-card", details);
  part.setAttribute("aria-label", labelled(words("detail.earlier_mark"), name));
  /** @type {ReturnType<typeof content> | null} */
  let body = null;
  details.addEventListener("toggle", () => {
    if (!details.open || body) return;
    body = content(nodeReport, files); // not earlier: a curve needs the visible width
    details.append(body.part);
  });
  return { part, destroy: () => body?.destroy() };
}

/**
 * Return the card of a report.
 *
 * @param {NodeReport} nodeReport
 * @param {Map<NodeReport, string>} titles
 * @param {WrittenFile[]} files
 * @param {"h4" | "h5"} level of the card's heading
 * @returns {Card}
 */
function card(nodeReport, titles, files, level) {
  const name = titles.get(nodeReport) ?? "";
  const { part: body, destroy } = content(nodeReport, files);
  const heading = element(level, "anime-card-heading", name);
  const part = element("article", "anime-card", heading, body);
  part.setAttribute("aria-label", name);
  return { part, destroy };
}

/**
 * Return a report's verdict and measurements, with the chosen or worst frame, a player of all
 * frames, and a curve that chooses the frame. If no file shows the judged frames, the small pictures
 * that are stored with the report are below it.
 *
 * @param {NodeReport} nodeReport
 * @param {WrittenFile[]} files
 * @returns {Card}
 */
function content(nodeReport, files) {
  const { report, snapshots: all = [], snapshots_absent: absent = null } = nodeReport;
  const { flipbook = null } = nodeReport;
  const snapshots = withoutOtherAttempts(report, all);
  const part = element("div", "anime-card-content");
  part.append(headline(report.verdict, scoreInWords(report.score)), ...decidingParts(report));
  const view = new FrameView(files, snapshots, absent, flipbook);
  const isSaved = typeof locateFrame(files, 0, report.frames ?? 0) === "object";
  /** @type {ReturnType<typeof snapshotStrips> | null} */
  let strips = null;
  /**
   * @param {HTMLElement} place
   * @param {number} frame
   * @param {number} frames
   */
  const show = (place, frame, frames) => {
    if (view.root.parentElement !== place) place.replaceChildren(view.root);
    view.show(frame, frames);
    player.rest(frame);
    strips?.mark(frame);
  };
  const curves = frameCurves(report, show, { isDragged: true });
  const place = element("div", "anime-frame");
  /** @param {number} frame */
  const choose = (frame) => {
    if (curves) curves.choose(frame);
    else show(place, frame, report.frames ?? 0);
  };
  const player = reportPlayer(nodeReport, view, {
    hasCurve: Boolean(curves),
    onFrame: (frame) => curves?.mark(frame),
    onRest: choose,
  });
  if (snapshots.length && !isSaved) {
    strips = snapshotStrips(report, snapshots, choose);
  }
  // The frame stands above the player's buttons, and the curve, which chooses it, below them.
  const picture = curves?.part.querySelector(".anime-frame") ?? place;
  part.append(picture, player.root, ...(curves ? [curves.part] : []));
  if (strips) part.append(strips.part);
  const { worst } = report;
  if (worst && report.verdict !== "PASS") {
    choose(worst.frame);
    part.insertBefore(line(worstText(report)), picture);
  } else if (player.plays) choose(0);
  const showCurve = curves && ((/** @type {string} */ name) => curves.choose(view.frame, name));
  part.append(measurementTable(report, showCurve));
  const destroy = () => {
    player.destroy();
    curves?.destroy();
    view.destroy();
  };
  return { part, destroy };
}

/**
 * Return the number of the worst frame as text. The reason is added only if no displayed
 * measurement has it.
 *
 * @param {Report} report
 */
function worstText(report) {
  const { worst, measurements } = report;
  if (!worst) return "";
  const { frame, reason_code, reason } = worst;
  const source = measurements.find((each) => each.reason_code === reason_code);
  if (source && decidingMeasurements(report).listed.includes(source)) {
    return words("detail.worst_frame", { frame });
  }
  return words("detail.worst", { frame, reason: source ? reasonText(source) : reason });
}

/**
 * Return all measurements of a report as a folded table. The name of a measurement with a curve is
 * a button that displays the curve.
 *
 * @param {Report} report
 * @param {((name: string) => void) | null} showCurve
 */
function measurementTable(report, showCurve) {
  const { measurements } = report;
  const curved = showCurve ? withCurve(report) : [];
  const summary = element("summary", "", words("detail.all", { count: measurements.length }));
  const head = ["name", "value", "limit"].map((key) => {
    const cell = element("th", "", words(/** @type {any} */ (`detail.of_${key}`)));
    cell.scope = "col";
    return cell;
  });
  const nameOf = (/** @type {Measurement} */ each) => {
    if (!curved.includes(each)) return title(each.name);
    const button = element("button", "anime-link", title(each.name));
    button.type = "button";
    button.title = words("player.curve_of", { name: title(each.name) });
    button.addEventListener("click", () => showCurve?.(each.name));
    return button;
  };
  const rows = measurements.map((each) => {
    const { symbol, word, colour } = verdictStyle(each.verdict);
    const sign = element("span", "anime-symbol", symbol);
    sign.style.color = colour;
    sign.setAttribute("role", "img");
    sign.setAttribute("aria-label", word);
    const name = element("th", "", sign, " ", nameOf(each));
    name.scope = "row";
    name.title = reasonText(each);
    const value = each.value === null ? words("detail.absent") : valueOf(each, each.value);
    return element("tr", "", name, element("td", "", value), element("td", "", limit(each)));
  });
  const table = element(
    "table",
    "anime-table",
    element("thead", "", element("tr", "", ...head)),
    element("tbody", "", ...rows),
  );
  return element("details", "anime-everything", summary, table);
}

/** @param {Measurement} measurement */
function limit({ threshold, better }) {
  if (threshold === null) return "";
  if (Array.isArray(threshold)) return threshold.map((each) => number(each)).join(" – ");
  return `${better === "lower" ? "≤" : "≥"} ${number(threshold)}`;
}
