import { element } from "../element.js";
import { labelled, reasonText, title, unitBeside, unitName, valueOf, words } from "../words.js";
import { Curve, valueAt } from "./curve.js";
import { deciding, withCurve } from "./deciding.js";
import { look } from "./verdicts.js";

/** @import { Measurement, Report } from "./types.js" */

/**
 * A verdict with what stands beside it.
 *
 * @param {string} verdict
 * @param {string} beside
 */
export function headline(verdict, beside) {
  const { colour, symbol, word } = look(verdict);
  const sign = element("span", "anime-symbol", symbol);
  sign.setAttribute("aria-hidden", "true");
  const badge = element("span", "anime-verdict", sign, ` ${word}`);
  badge.style.setProperty("--anime-verdict", colour);
  badge.dataset.verdict = verdict;
  return element("div", "anime-headline", badge, element("span", "anime-score", beside));
}

/**
 * A score of 0–100, or that there is none.
 *
 * @param {number | null} score
 */
export function scoreInWords(score) {
  return score === null
    ? words("node.score_absent")
    : words("node.score", { score: Math.round(score) });
}

/**
 * The measurements that decided a report's verdict.
 *
 * @param {Report} report
 */
export function decided(report) {
  const { shown, more } = deciding(report);
  const parts = shown.map(measured);
  if (!report.measurements.some((each) => each.required)) {
    parts.unshift(line(words("node.nothing_judged")));
  }
  if (more) parts.push(line(words("node.more", { count: more })));
  return parts;
}

/**
 * A measurement: verdict, name, value and reason.
 *
 * @param {Measurement} measurement
 */
export function measured(measurement) {
  const { colour, symbol, word } = look(measurement.verdict);
  const sign = element("span", "anime-symbol", symbol);
  sign.style.color = colour;
  sign.title = word;
  sign.setAttribute("role", "img");
  sign.setAttribute("aria-label", word);
  const { value } = measurement;
  const told = value === null ? [] : [valueOf(measurement, value)];
  const text = labelled(title(measurement.name), ...told);
  const name = element("div", "anime-name", sign, ` ${text}`);
  return element("div", "anime-measurement", name, line(reasonText(measurement)));
}

/**
 * The curves of a report over its frames, one at a time.
 *
 * @param {Report} report
 * @param {(place: HTMLElement, frame: number, frames: number) => void} showFrame shows the frame
 *   that was chosen, of so many
 * @returns {{part: HTMLElement, choose: (frame: number) => void, destroy: () => void} | null} null
 *   where nothing was measured frame by frame
 */
export function overFrames(report, showFrame) {
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
      showFrame(picture, frame, measurement.per_frame.length);
    });
    place.replaceChildren(curve.element);
    if (chosen !== null) curve.choose(chosen);
  };
  if (measurements.length > 1) name.append(chooser(measurements, draw));
  else name.textContent = inUnit(measurements[0]);
  draw(measurements[0]);
  return {
    part: element("div", "anime-over-frames", name, place, value, picture),
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
  measurements.forEach((each, index) => select.append(new Option(inUnit(each), String(index))));
  select.addEventListener("change", () => onChoose(measurements[select.selectedIndex]));
  return select;
}

/** @param {Measurement} measurement */
function inUnit(measurement) {
  const name = title(measurement.name);
  const unit = unitName(unitBeside(measurement));
  return !unit ? name : name + (unit.startsWith("（") ? unit : ` (${unit})`);
}

/**
 * A line of text.
 *
 * @param {string} text
 */
export function line(text) {
  return element("div", "anime-line", text);
}
