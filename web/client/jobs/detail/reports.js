import { element } from "../../element.js";
import { deciding } from "../../report/deciding.js";
import { decided, headline, line, overFrames, scoreInWords } from "../../report/parts.js";
import { look } from "../../report/verdicts.js";
import { number, reasonText, subjectName, title, words } from "../../words.js";
import { FrameView } from "./frame_view.js";

/** @import { WrittenFile } from "../../parts/files.js" */
/** @import { Measurement, Report } from "../../report/types.js" */
/** @import { NodeReport } from "./job_answer.js" */

/**
 * What the nodes of a job measured.
 *
 * @param {{reports: NodeReport[], artifacts: WrittenFile[]}} measured
 */
export function reportList({ reports, artifacts }) {
  if (reports.length === 0) return null;
  const made = reports.map((each) => card(each, artifacts));
  return {
    parts: made.map((each) => each.part),
    destroy: () => made.forEach((each) => each.destroy()),
  };
}

/**
 * @param {NodeReport} measured
 * @param {WrittenFile[]} files
 */
function card({ node_id: node, report }, files) {
  const of = words("detail.report", { subject: subjectName(report.subject), node });
  const part = element("article", "anime-card", element("h4", "anime-card-heading", of));
  part.setAttribute("aria-label", of);
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
    const value = each.value === null ? words("detail.absent") : number(each.value, each.unit);
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
