/** View of two jobs side by side: pictures, measurements, and what differs between them. */

import { api } from "../../../../scripts/api.js";
import { element, useStyleSheet } from "../../element.js";
import { verdictPill } from "../../parts/pill.js";
import { showProblem } from "../../parts/problem.js";
import { moment } from "../../parts/times.js";
import { verdictSign } from "../../report/report_parts.js";
import { callRoute } from "../../requests.js";
import { title, valueOf, words } from "../../words.js";
import { kindText } from "../detail/parameters.js";
import { jobName, takeText, verdictOf } from "../job.js";
import { measurementPairs, parameterDifferences, workflowDifferences } from "./differences.js";

/** @import { Key } from "../../words.js" */
/** @import { JobAnswer } from "../detail/job_answer.js" */
/** @import { Param } from "../detail/parameters.js" */
/** @import { Measurement } from "../../report/types.js" */
/** @import { Graph, MeasurementPair, NodeDifference, ValueDifference } from "./differences.js" */

/**
 * What is loaded of a job.
 *
 * @typedef {JobAnswer & {params: Param[], graph: Graph | null}} Compared
 */

for (const sheet of ["parts/parts.css", "parts/lists.css", "report/report.css"]) {
  useStyleSheet(new URL(`../../${sheet}`, import.meta.url).href);
}
useStyleSheet(new URL("./compare.css", import.meta.url).href);

const PICTURED = ["image", "animation"]; // kinds of files that an image element displays

/** Comparison of two jobs in the sidebar. */
export class Comparison {
  /** @param {{back(): void, openJob(id: string): void}} navigation */
  constructor(navigation) {
    this.navigation = navigation;
    /** @type {string[]} */
    this.ids = [];
    /** @type {AbortController | null} */
    this.request = null;
    const back = element("button", "anime-back", `← ${words("detail.back")}`);
    back.type = "button";
    back.addEventListener("click", () => navigation.back());
    this.heading = element("h2", "anime-title", words("compare.title"));
    this.heading.tabIndex = -1; // it takes the focus, so that screen readers begin at the top
    this.problem = element("div", "anime-notice");
    this.problem.setAttribute("role", "alert");
    this.problem.hidden = true;
    this.content = element("div", "anime-compare-content");
    const body = element("div", "anime-detail-body", this.heading, this.content);
    this.root = element("div", "anime-detail anime-compare", back, this.problem, body);
    this.root.tabIndex = -1;
    this.root.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      event.preventDefault();
      event.stopPropagation(); // the canvas would react to the key too
      navigation.back();
    });
  }

  /**
   * Compare two jobs, the older one on the left.
   *
   * @param {string[]} ids
   */
  show(ids) {
    this.ids = ids;
    this.content.replaceChildren(element("p", "anime-loading", words("jobs.loading")));
    this.heading.focus({ preventScroll: true });
    void this.#load();
  }

  resync() {
    if (this.ids.length) void this.#load();
  }

  async #load() {
    this.request?.abort();
    const request = new AbortController();
    this.request = request;
    try {
      const loaded = await Promise.all(this.ids.map((id) => load(id, request.signal)));
      if (request.signal.aborted) return;
      this.problem.hidden = true;
      loaded.sort((a, b) => a.job.created_at.localeCompare(b.job.created_at));
      this.content.replaceChildren(...this.#parts(loaded[0], loaded[1]));
    } catch (error) {
      if (request.signal.aborted) return;
      this.content.replaceChildren();
      showProblem(this.problem, error);
    }
  }

  /**
   * @param {Compared} first
   * @param {Compared} second
   */
  #parts(first, second) {
    const heads = [first, second].map((each, place) => this.#head(each, place));
    const parameters = parameterDifferences(first.params, second.params);
    const nodes = workflowDifferences(first.graph, second.graph, parameters);
    return [
      element("div", "anime-compare-heads", ...heads),
      section("compare.differences", [
        ...valueTable("compare.seed", parameters.seeds),
        ...valueTable("compare.models", parameters.models),
        ...valueTable("compare.parameters", parameters.parameters),
        ...nodeList(nodes.filter(({ inputs }) => inputs.length === 0)),
        ...inputTable(nodes),
      ], "compare.same"),
      section(
        "compare.measurements", measurementTable(measurementPairs(first.reports, second.reports)),
        "compare.no_measurements",
      ),
    ]; // prettier-ignore
  }

  /**
   * Return the head of a job: its picture, its name and its verdict.
   *
   * @param {Compared} compared
   * @param {number} place 0 for the left one
   */
  #head({ job, artifacts, reports }, place) {
    const letter = letterOf(place);
    const { name } = jobName(/** @type {any} */ (job));
    const open = element("button", "anime-link anime-compare-name", `${letter} · ${name}`);
    open.type = "button";
    open.addEventListener("click", () => this.navigation.openJob(job.id));
    const facts = [takeText(/** @type {any} */ (job)), moment(job.created_at)];
    const status = element("div", "anime-status");
    const verdict = verdictOf(job);
    if (verdict) status.append(verdictPill(verdict, job.score));
    if (job.review) status.append(element("span", "anime-quiet", words(`review.${job.review}`)));
    const picture = element("div", "anime-compare-picture");
    const hasPicture = artifacts.length > 0 || reports.some((each) => each.snapshots?.length);
    if (hasPicture) picture.append(pictureOf(job.id, artifacts, `${letter} · ${name}`));
    else picture.append(element("span", "anime-quiet", words("compare.no_picture")));
    const text = element("div", "anime-quiet", facts.filter(Boolean).join(" · "));
    return element("div", "anime-compare-head", picture, open, status, text);
  }
}

/**
 * @param {string} id
 * @param {AbortSignal} signal
 * @returns {Promise<Compared>}
 */
async function load(id, signal) {
  const route = `/anime/jobs/${encodeURIComponent(id)}`;
  const answers = ["", "/params", "/graph"].map((part) => callRoute(route + part, { signal }));
  const [job, { params }, { graph }] = await Promise.all(answers);
  return { ...job, params, graph };
}

/**
 * @param {string} id
 * @param {JobAnswer["artifacts"]} artifacts
 * @param {string} text
 */
function pictureOf(id, artifacts, text) {
  const thumbnail = api.apiURL(`/anime/jobs/${id}/thumbnail`);
  const file = artifacts.find((each) => each.exists && PICTURED.includes(each.kind));
  const image = element("img");
  image.alt = text;
  image.decoding = "async";
  image.addEventListener("error", () => {
    if (image.src.endsWith("/thumbnail")) image.remove();
    else image.src = thumbnail; // a format that the browser can't display
  });
  image.src = file ? api.apiURL(file.view) : thumbnail;
  return image;
}

/** @param {number} place */
function letterOf(place) {
  return "AB"[place];
}

/**
 * @param {Key} heading
 * @param {HTMLElement[]} parts
 * @param {Key} nothing text if there are no parts
 */
function section(heading, parts, nothing) {
  const content = parts.length ? parts : [element("p", "anime-quiet", words(nothing))];
  const name = element("h3", "anime-heading", words(heading));
  return element("section", "anime-section", name, ...content);
}

/**
 * @param {Key} caption
 * @param {ValueDifference[]} differences
 */
function valueTable(caption, differences) {
  if (differences.length === 0) return [];
  const rows = differences.map(({ kind, node, name, first, second }) =>
    valueRow(kindText(kind), `${name} (${node})`, [first, second]),
  );
  return [table(words(caption), rows)];
}

/**
 * Return the inputs that differ in nodes of both workflows, as a table.
 *
 * @param {NodeDifference[]} nodes
 */
function inputTable(nodes) {
  const rows = nodes.flatMap(({ node, title: name, inputs }) =>
    inputs.map((input) =>
      valueRow(`${name} (${node})`, input.name, [input.first, input.second].map(inputText)),
    ),
  );
  return rows.length ? [table(words("compare.workflow"), rows)] : [];
}

/**
 * Return the value of an input as text; null if the node has no such input.
 *
 * @param {unknown} value in API format: a link is a list of a node's id and one of its outputs
 */
function inputText(value) {
  if (value === undefined) return null;
  if (Array.isArray(value)) return words("compare.linked", { node: value[0] });
  return typeof value === "string" ? value : JSON.stringify(value);
}

/**
 * @param {string} name
 * @param {string} place where the value is
 * @param {(string | null)[]} values of both jobs; null where a job has none
 */
function valueRow(name, place, values) {
  const head = element("th", "", name, element("div", "anime-quiet", place));
  head.scope = "row";
  const cells = values.map((each) =>
    element("td", "anime-lines", each ?? words("compare.absent")),
  );
  return element("tr", "", head, ...cells);
}

/** @param {NodeDifference[]} nodes */
function nodeList(nodes) {
  if (nodes.length === 0) return [];
  const items = nodes.map(({ node, title: name, change }) => {
    const key = /** @type {Key} */ (`compare.node_${change}`);
    return element("li", "", words(key, { node, title: name }));
  });
  const heading = element("div", "anime-compare-caption", words("compare.nodes"));
  return [heading, element("ul", "anime-compare-nodes", ...items)];
}

/** @param {MeasurementPair[]} pairs */
function measurementTable(pairs) {
  const groups = new Map();
  for (const pair of pairs) groups.set(pair.report, [...(groups.get(pair.report) ?? []), pair]);
  return [...groups].map(([report, group]) => table(report, group.map(measurementRow)));
}

/** @param {MeasurementPair} pair */
function measurementRow({ name, first, second, better }) {
  const head = element("th", "", title(name));
  head.scope = "row";
  const cells = [first, second].map((each, place) => {
    const cell = element("td", "", ...valueParts(each));
    if (better === ["first", "second"][place]) {
      cell.classList.add("anime-compare-better");
      cell.append(` ${words("compare.better")}`);
    }
    return cell;
  });
  return element("tr", "", head, ...cells);
}

/** @param {Measurement | null} measurement */
function valueParts(measurement) {
  if (!measurement) return [words("compare.absent")];
  const { value, verdict } = measurement;
  const text = value === null ? words("node.score_absent") : valueOf(measurement, value);
  return [verdictSign(verdict), ` ${text}`];
}

/**
 * @param {string} caption
 * @param {HTMLElement[]} rows
 */
function table(caption, rows) {
  const letters = [0, 1].map((place) => {
    const head = element("th", "", letterOf(place));
    head.scope = "col";
    return head;
  });
  return element(
    "table", "anime-table anime-compare-table",
    element("caption", "anime-compare-caption", caption),
    element("thead", "", element("tr", "", element("td"), ...letters)),
    element("tbody", "", ...rows),
  ); // prettier-ignore
}
