import { element } from "../element.js";
import { deciding, withCurve } from "../report/deciding.js";
import { look } from "../report/verdicts.js";
import { number, reasonText, title, words } from "../words.js";
import { Curve, valueAt } from "./curve.js";
import { addressOf } from "./preview.js";

/** @import { Measurement, Report } from "../report/types.js" */
/** @import { Picture, Preview } from "./preview.js" */

const RETRY = "retry"; // what measured the number of attempts

/**
 * What a node of the pack put into its `ui`; every list but the last has one entry.
 *
 * @typedef {{verdict: string, pass: boolean, reasons: string, accepted: number,
 *   rejected: number}} Gate
 *
 * @typedef {object} Results
 * @property {Report[]} [anime_report]
 * @property {Gate[]} [anime_gate]
 * @property {{name: string, version: number, new: boolean}[]} [anime_character]
 * @property {Picture[]} [anime_references]
 */

/**
 * @typedef {{chosen: number, attempts: {attempt: number, seed: number, report: Report}[]}} Attempts
 */

/**
 * @typedef {object} Sight how a chosen frame becomes visible
 * @property {(frames: number) => Preview | null} find
 * @property {(preview: Preview, frame: number) => void} select
 */

/**
 * Whether there is anything to show of what a node gave out.
 *
 * @param {any} output
 * @returns {output is Results}
 */
export function hasResults(output) {
  const names = ["anime_report", "anime_gate", "anime_character", "anime_references"];
  return Boolean(output) && names.some((name) => output[name]?.length > 0);
}

/**
 * The results of a node as elements, and what ends them.
 *
 * @param {Results} results
 * @param {Sight} sight
 * @returns {{parts: HTMLElement[], destroy: () => void}}
 */
export function show(results, sight) {
  const { anime_report: [report] = [], anime_gate: [gate] = [] } = results;
  const { anime_character: [saved] = [], anime_references: pictures = [] } = results;
  /** @type {HTMLElement[]} */
  const parts = [];
  let destroy = () => {};
  if (report && report.schema !== 1) parts.push(line(words("node.unreadable")));
  else if (report) {
    parts.push(headline(report.verdict, scoreInWords(report.score)), ...decided(report));
    parts.push(...report.measurements.filter((each) => each.backend === RETRY).map(attempts));
    const over = overFrames(report, sight);
    if (over) parts.push(over.part);
    destroy = over?.destroy ?? destroy;
  }
  if (gate) parts.push(...gated(gate));
  if (saved) {
    const { name, version } = saved;
    parts.push(line(words(saved.new ? "character.saved" : "character.there", { name, version })));
  }
  if (pictures.length) parts.push(references(pictures));
  return { parts, destroy };
}

/**
 * @param {string} verdict
 * @param {string} beside
 */
function headline(verdict, beside) {
  const { colour, symbol, word } = look(verdict);
  const sign = element("span", "anime-symbol", symbol);
  sign.setAttribute("aria-hidden", "true");
  const badge = element("span", "anime-verdict", sign, ` ${word}`);
  badge.style.backgroundColor = colour;
  badge.dataset.verdict = verdict;
  return element("div", "anime-headline", badge, element("span", "anime-score", beside));
}

/** @param {number | null} score */
function scoreInWords(score) {
  return score === null
    ? words("node.score_absent")
    : words("node.score", { score: Math.round(score) });
}

/** @param {Report} report */
function decided(report) {
  const { shown, more } = deciding(report);
  const parts = shown.map(measured);
  if (!report.measurements.some((each) => each.required)) {
    parts.unshift(line(words("node.nothing_judged")));
  }
  if (more) parts.push(line(words("node.more", { count: more })));
  return parts;
}

/** @param {Measurement} measurement */
function measured(measurement) {
  const { colour, symbol, word } = look(measurement.verdict);
  const sign = element("span", "anime-symbol", symbol);
  sign.style.color = colour;
  sign.title = word;
  sign.setAttribute("role", "img");
  sign.setAttribute("aria-label", word);
  const { value, unit } = measurement;
  const told = value === null ? "" : `: ${number(value, unit)}`;
  const name = element("div", "anime-name", sign, ` ${title(measurement.name)}${told}`);
  return element("div", "anime-measurement", name, line(reasonText(measurement)));
}

/**
 * @param {Report} report
 * @param {Sight} sight
 */
function overFrames(report, sight) {
  const measurements = withCurve(report);
  if (measurements.length === 0) return null;
  const name = element("div", "anime-curve-name");
  const place = element("div", "anime-curve-place");
  const value = element("div", "anime-chosen");
  value.setAttribute("aria-live", "polite");
  const picture = element("div", "anime-frame");
  /** @type {Curve | null} */
  let curve = null;

  /** @param {Measurement} measurement */
  const draw = (measurement) => {
    const chosen = curve?.chosen ?? null;
    curve?.destroy();
    curve = new Curve(measurement, report.worst?.frame ?? null, (frame) => {
      value.textContent = valueAt(measurement, frame);
      showFrame(picture, frame, measurement.per_frame.length, sight);
    });
    place.replaceChildren(curve.element);
    if (chosen !== null) curve.choose(chosen);
  };
  if (measurements.length > 1) name.append(chooser(measurements, draw));
  else name.textContent = inUnit(measurements[0]);
  draw(measurements[0]);
  return {
    part: element("div", "anime-over-frames", name, place, value, picture),
    destroy: () => curve?.destroy(),
  };
}

/**
 * @param {Measurement[]} measurements
 * @param {(measurement: Measurement) => void} onChoose
 */
function chooser(measurements, onChoose) {
  const select = element("select", "anime-chooser");
  select.setAttribute("aria-label", words("curve.choose"));
  measurements.forEach((each, index) => select.append(new Option(inUnit(each), String(index))));
  select.addEventListener("change", () => onChoose(measurements[select.selectedIndex]));
  return select;
}

/** @param {Measurement} measurement */
function inUnit({ name, unit }) {
  return unit ? `${title(name)} (${unit})` : title(name);
}

/**
 * @param {HTMLElement} place
 * @param {number} frame
 * @param {number} frames
 * @param {Sight} sight
 */
function showFrame(place, frame, frames, sight) {
  const preview = sight.find(frames);
  if (!preview) {
    place.replaceChildren(line(words("curve.no_picture")));
    return;
  }
  sight.select(preview, frame);
  place.replaceChildren(image(preview.pictures[frame], words("curve.picture", { frame })));
}

/** @param {Gate} gate */
function gated({ verdict, reasons, accepted, rejected }) {
  const counts = words("gate.counts", { accepted, rejected });
  return [headline(verdict, counts), ...reasons.split("\n").filter(Boolean).map(line)];
}

/**
 * What every attempt of a retry came to; the report that goes on is the chosen one's.
 *
 * @param {Measurement} measurement
 */
function attempts(measurement) {
  const { attempts = [], chosen } = /** @type {Attempts} */ (measurement.details);
  const list = element("ol", "anime-attempts");
  for (const { attempt, seed, report } of attempts) {
    const { symbol, word } = look(report.verdict);
    const values = { symbol, word, seed, score: scoreInWords(report.score) };
    const row = element("li", "", words("retry.attempt", values));
    if (attempt === chosen) row.setAttribute("aria-current", "true");
    list.append(row);
  }
  return element("div", "anime-measurement", line(reasonText(measurement)), list);
}

/** @param {Picture[]} pictures */
function references(pictures) {
  const strip = element("div", "anime-references");
  strip.setAttribute("role", "group");
  strip.setAttribute("aria-label", words("character.references"));
  strip.append(...pictures.map((each, frame) => image(each, words("curve.picture", { frame }))));
  return strip;
}

/**
 * @param {Picture} picture
 * @param {string} text
 */
function image(picture, text) {
  const shown = element("img");
  shown.alt = text;
  shown.addEventListener("error", () => shown.remove()); // temporary files end with the server
  shown.src = addressOf(picture);
  return shown;
}

/** @param {string} text */
function line(text) {
  return element("div", "anime-line", text);
}
