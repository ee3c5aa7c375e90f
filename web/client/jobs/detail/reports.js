import { element } from "../../element.js";
import { deciding } from "../../report/deciding.js";
import { decided, headline, line, overFrames, scoreInWords } from "../../report/parts.js";
import { look } from "../../report/verdicts.js";
import { labelled, number, reasonText, subjectName, title, valueOf, words } from "../../words.js";
import { FrameView } from "./frame_view.js";

/** @import { WrittenFile } from "../../parts/files.js" */
/** @import { Measurement, Report } from "../../report/types.js" */
/** @import { NodeReport } from "./job_answer.js" */

/** @typedef {{part: HTMLElement, destroy(): void}} Card */

/**
 * What the nodes of a job measured: first what its verdict is by, then the earlier measurements.
 * They are told apart only where there is a verdict and both kinds of reports.
 *
 * @param {object} measured
 * @param {NodeReport[]} measured.reports
 * @param {WrittenFile[]} measured.artifacts
 * @param {boolean} measured.judged whether the job has a verdict
 * @param {boolean} measured.worst whether that is the worst of the reports
 */
export function reportList({ reports, artifacts, judged, worst }) {
  if (reports.length === 0) return null;
  const deciding = reports.filter((each) => each.decides !== false);
  const earlier = reports.filter((each) => each.decides === false);
  const note = worst ? [element("p", "anime-quiet", words("detail.judged_by_worst"))] : [];
  if (!judged || deciding.length === 0 || earlier.length === 0) {
    const all = reports.map((each) => card(each, artifacts, "h4"));
    return listed(all, (parts) => [...note, ...parts]);
  }
  const first = deciding.map((each) => card(each, artifacts, "h5"));
  return listed([...first, ...earlier.map((each) => earlierCard(each, artifacts))], (parts) => [
    ...note,
    element("h4", "anime-group-heading", words("detail.deciding")),
    ...parts.slice(0, first.length),
    element("h4", "anime-group-heading", words("detail.earlier")),
    element("p", "anime-quiet", words("detail.earlier_why")),
    ...parts.slice(first.length),
  ]);
}

/**
 * @param {Card[]} cards
 * @param {(parts: HTMLElement[]) => HTMLElement[]} arranged
 */
function listed(cards, arranged) {
  return {
    parts: arranged(cards.map(({ part }) => part)),
    destroy: () => cards.forEach((each) => each.destroy()),
  };
}

/** @param {NodeReport} measured */
function titleOf({ node_id: node, report }) {
  return words("detail.report", { subject: subjectName(report.subject), node });
}

/**
 * A report that the verdict isn't by: marked in words, without colours, folded until it is opened.
 *
 * @param {NodeReport} measured
 * @param {WrittenFile[]} files
 * @returns {Card}
 */
function earlierCard(measured, files) {
  const { symbol, word } = look(measured.report.verdict);
  const name = titleOf(measured);
  const summary = element("summary", "anime-earlier-head");
  summary.append(
    element("span", "anime-card-heading", name),
    element("span", "anime-quiet", `${symbol} ${word} · ${words("detail.earlier_mark")}`),
  );
  const place = element("details", "", summary);
  const part = element("article", "anime-card anime-earlier-card", place);
  part.setAttribute("aria-label", labelled(words("detail.earlier_mark"), name));
  /** @type {ReturnType<typeof content> | null} */
  let shown = null;
  place.addEventListener("toggle", () => {
    if (!place.open || shown) return;
    shown = content(measured.report, files); // not before: a curve needs its width
    place.append(shown.part);
  });
  return { part, destroy: () => shown?.destroy() };
}

/**
 * @param {NodeReport} measured
 * @param {WrittenFile[]} files
 * @param {"h4" | "h5"} level of its heading
 * @returns {Card}
 */
function card(measured, files, level) {
  const of = titleOf(measured);
  const { part: inside, destroy } = content(measured.report, files);
  const heading = element(level, "anime-card-heading", of);
  const part = element("article", "anime-card", heading, inside);
  part.setAttribute("aria-label", of);
  return { part, destroy };
}

/**
 * A report's verdict and measurements, with a curve and the frame to look at.
 *
 * @param {Report} report
 * @param {WrittenFile[]} files
 * @returns {Card}
 */
function content(report, files) {
  const part = element("div", "anime-card-content");
  part.append(headline(report.verdict, scoreInWords(report.score)), ...decided(report));
  const view = new FrameView(files);
  const over = overFrames(report, (place, frame, frames) => {
    if (view.root.parentElement !== place) place.replaceChildren(view.root);
    view.show(frame, frames);
  });
  if (over) part.append(over.part);
  const { worst } = report;
  if (worst && report.verdict !== "PASS") {
    if (over) over.choose(worst.frame);
    else {
      part.append(element("div", "anime-frame", view.root));
      view.show(worst.frame, report.frames ?? 0);
    }
    part.insertBefore(line(worstText(report)), over?.part ?? view.root.parentElement);
  }
  part.append(everything(report));
  const destroy = () => {
    over?.destroy();
    view.destroy();
  };
  return { part, destroy };
}

/** @param {Report} report */
function worstText(report) {
  const { worst, measurements } = report;
  if (!worst) return "";
  const { frame, reason_code, reason } = worst;
  const told = measurements.find((each) => each.reason_code === reason_code);
  if (told && deciding(report).shown.includes(told)) return words("detail.worst_frame", { frame });
  return words("detail.worst", { frame, reason: told ? reasonText(told) : reason });
}

/** @param {Report} report */
function everything({ measurements }) {
  const summary = element("summary", "", words("detail.all", { count: measurements.length }));
  const head = ["name", "value", "limit"].map((key) => {
    const cell = element("th", "", words(/** @type {any} */ (`detail.of_${key}`)));
    cell.scope = "col";
    return cell;
  });
  const rows = measurements.map((each) => {
    const { symbol, word, colour } = look(each.verdict);
    const sign = element("span", "anime-symbol", symbol);
    sign.style.color = colour;
    sign.setAttribute("role", "img");
    sign.setAttribute("aria-label", word);
    const name = element("th", "", sign, ` ${title(each.name)}`);
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
