/** Elements that display a report: verdict, measurements and curves, for nodes and the sidebar. */

import { element } from "../element.js";
import { labelled, reasonText, title, unitBeside, unitName, valueOf, words } from "../words.js";
import { Curve, valueAt } from "./curve.js";
import { decidingMeasurements, withCurve } from "./deciding.js";
import { verdictStyle, wholeScore } from "./verdicts.js";

/** @import { Measurement, Report } from "./types.js" */

/**
 * Return a headline: a verdict and a text beside it.
 *
 * @param {string} verdict
 * @param {string} text such as the score
 */
export function headline(verdict, text) {
  const { colour, symbol, word } = verdictStyle(verdict);
  const sign = element("span", "anime-symbol", symbol);
  sign.setAttribute("aria-hidden", "true");
  const badge = element("span", "anime-verdict", sign, ` ${word}`);
  badge.style.setProperty("--anime-verdict", colour);
  badge.dataset.verdict = verdict;
  return element("div", "anime-headline", badge, element("span", "anime-score", text));
}

/**
 * Return a score of 0–100 as text, or the text for a missing score.
 *
 * @param {number | null} score
 */
export function scoreInWords(score) {
  return score === null
    ? words("node.score_absent")
    : words("node.score", { score: wholeScore(score) });
}

/**
 * Return the measurements that decided a report's verdict, as elements.
 *
 * @param {Report} report
 */
export function decidingParts(report) {
  const { listed, more } = decidingMeasurements(report);
  const parts = listed.map(measurementElement);
  if (!report.measurements.some((each) => each.required)) {
    parts.unshift(line(words("node.nothing_judged")));
  }
  if (more) parts.push(line(words("node.more", { count: more })));
  return parts;
}

/**
 * Return the symbol of a verdict as an element, with its word for people who don't see it.
 *
 * @param {string} verdict
 */
export function verdictSign(verdict) {
  const { colour, symbol, word } = verdictStyle(verdict);
  const sign = element("span", "anime-symbol", symbol);
  sign.style.color = colour;
  sign.title = word;
  sign.setAttribute("role", "img");
  sign.setAttribute("aria-label", word);
  return sign;
}

/**
 * Return a measurement as an element: verdict, name, value and reason.
 *
 * @param {Measurement} measurement
 */
export function measurementElement(measurement) {
  const sign = verdictSign(measurement.verdict);
  const { value } = measurement;
  const valueTexts = value === null ? [] : [valueOf(measurement, value)];
  const text = labelled(title(measurement.name), ...valueTexts);
  const name = element("div", "anime-name", sign, ` ${text}`);
  return element("div", "anime-measurement", name, line(reasonText(measurement)));
}

/**
 * Return the curves of a report over its frames; one is displayed at a time, with its chosen frame.
 *
 * @param {Report} report
 * @param {(place: HTMLElement, frame: number, frames: number) => void} showFrame displays the
 *   chosen frame, of a clip with this number of frames, in an element
 * @returns {{part: HTMLElement, choose: (frame: number) => void, destroy: () => void} | null} null
 *   if nothing was measured frame by frame
 */
export function frameCurves(report, showFrame) {
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
      const { per_frame: values, frames_shown: some } = measurement;
      showFrame(picture, frame, some ? (report.frames ?? frame + 1) : values.length);
    });
    place.replaceChildren(curve.element);
    if (chosen !== null) curve.choose(chosen);
  };
  if (measurements.length > 1) name.append(chooser(measurements, draw));
  else name.textContent = nameWithUnit(measurements[0]);
  draw(measurements[0]);
  return {
    part: element("div", "anime-frame-curves", name, place, value, picture),
    choose: (frame) => curve?.choose(frame),
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
  const names = measurements.map(nameWithUnit);
  select.append(...names.map((name, index) => new Option(name, String(index))));
  select.addEventListener("change", () => onChoose(measurements[select.selectedIndex]));
  return select;
}

/**
 * Return a measurement's name with its unit in brackets, or behind a colon if the unit has brackets
 * of its own.
 *
 * @param {Measurement} measurement
 */
function nameWithUnit(measurement) {
  const name = title(measurement.name);
  const unit = unitName(unitBeside(measurement));
  if (!unit || unit.startsWith("（")) return name + unit;
  return unit.includes("（") ? labelled(name, unit) : `${name} (${unit})`;
}

/**
 * Return a line of text as an element.
 *
 * @param {string} text
 */
export function line(text) {
  return element("div", "anime-line", text);
}
