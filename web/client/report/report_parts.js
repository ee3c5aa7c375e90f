/** Elements that display a report: verdict, measurements and curves, for nodes and the sidebar. */

import { element } from "../element.js";
import { labelled, listed, reasonText, title, unitBeside, unitName, valueOf, words } from "../words.js";
import { Curve, valueAt } from "./curve.js";
import { decidingGroups, groupedBy, withCurve } from "./deciding.js";
import { verdictStyle, wholeScore } from "./verdicts.js";

/** @import { Measurement, Report } from "./types.js" */

const MOST_NAMES = 3; // of measurements with the same reason
const SMALL_HEIGHT = 64; // pixels of a curve on a node

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
 * Return the measurements that decided a report's verdict, as elements. Measurements with the same
 * reason share one element.
 *
 * @param {Report} report
 * @param {{most?: number, onMore?: () => void}} [options] `most`: largest number of reasons;
 *   `onMore`: opens the others
 */
export function decidingParts(report, { most, onMore } = {}) {
  const { groups, more } = decidingGroups(report, most);
  /** @type {HTMLElement[]} */
  const parts = groups.map(groupElement);
  if (!report.measurements.some((each) => each.required)) {
    parts.unshift(line(words("node.nothing_judged")));
  }
  if (more) parts.push(moreElement(words("node.more", { count: more }), onMore));
  return parts;
}

/**
 * Return reasons as elements, at most `most`. Reasons with the same text share one element.
 *
 * @param {{name?: string, text: string}[]} reasons `name`: displayed name of the measurement
 * @param {{most?: number, onMore?: () => void}} [options] as of `decidingParts`
 */
export function reasonParts(reasons, { most = 3, onMore } = {}) {
  const groups = groupedBy(reasons, ({ text }) => text);
  /** @type {HTMLElement[]} */
  const parts = groups.slice(0, most).map((group) => {
    const names = group.flatMap(({ name }) => name || []);
    return line(names.length ? labelled(namesText(names), group[0].text) : group[0].text);
  });
  const more = groups.slice(most).flat().length;
  if (more) parts.push(moreElement(words("node.more_reasons", { count: more }), onMore));
  return parts;
}

/**
 * Return a text that opens what is left out, as a button. Without a function it is only a text.
 *
 * @param {string} text
 * @param {(() => void) | undefined} onMore
 */
function moreElement(text, onMore) {
  if (!onMore) return line(text);
  const button = element("button", "anime-more", text);
  button.type = "button";
  button.addEventListener("click", onMore);
  return button;
}

/**
 * Return the names of measurements with one reason: the first ones, and the number of the others.
 *
 * @param {string[]} names
 */
function namesText(names) {
  if (names.length <= MOST_NAMES) return listed(names);
  const first = names.slice(0, MOST_NAMES - 1);
  return listed([...first, words("node.more_names", { count: names.length - first.length })]);
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
 * Return measurements with one reason as an element; a single one is `measurementElement`.
 *
 * @param {Measurement[]} measurements
 */
function groupElement(measurements) {
  const [first] = measurements;
  if (measurements.length === 1) return measurementElement(first);
  const names = measurements.map((each) => title(each.name));
  const name = element("div", "anime-name", verdictSign(first.verdict), ` ${namesText(names)}`);
  name.title = listed(names);
  return element("div", "anime-measurement", name, line(reasonText(first)));
}

/**
 * Return the curves of a report over its frames; one is displayed at a time, with its chosen frame.
 *
 * @param {Report} report
 * @param {(place: HTMLElement, frame: number, frames: number) => void} showFrame displays the
 *   chosen frame, of a clip with this number of frames, in an element
 * @param {{isDragged?: boolean}} [options] `isDragged`: true if a drag over the curve chooses frames
 * @returns {{part: HTMLElement, choose: (frame: number, name?: string) => void,
 *   mark: (frame: number) => void, destroy: () => void} | null} null if nothing was measured frame
 *   by frame; `choose` displays the curve of a measurement with this name, if there is one; `mark`
 *   only marks a frame that something else displays
 */
export function frameCurves(report, showFrame, { isDragged = false } = {}) {
  const value = element("div", "anime-chosen");
  value.setAttribute("aria-live", "polite");
  const picture = element("div", "anime-frame");
  const curves = curvesOf(report, (measurement, frame) => {
    value.textContent = valueAt(measurement, frame);
    const { per_frame: values, frames_shown: some } = measurement;
    showFrame(picture, frame, some ? (report.frames ?? frame + 1) : values.length);
  }, { isDragged }); // prettier-ignore
  curves?.part.append(value, picture);
  return curves;
}

/**
 * Return the curves of a report in the small size of a node, without the chosen frame.
 *
 * @param {Report} report
 * @param {(name: string, frame: number) => void} onChoose displays a frame of a measurement
 */
export function smallCurves(report, onChoose) {
  return curvesOf(report, ({ name }, frame) => onChoose(name, frame), { height: SMALL_HEIGHT });
}

/**
 * Return the curves of a report, of which one is displayed at a time.
 *
 * @param {Report} report
 * @param {(measurement: Measurement, frame: number) => void} onChoose displays a chosen frame
 * @param {{height?: number, isDragged?: boolean}} options of a curve; `height` in pixels
 */
function curvesOf(report, onChoose, options) {
  const measurements = withCurve(report);
  if (measurements.length === 0) return null;
  const name = element("div", "anime-curve-name");
  const place = element("div", "anime-curve-place");
  /** @type {Curve | null} */
  let curve = null;

  /** @param {Measurement} measurement */
  const draw = (measurement) => {
    const chosen = curve?.chosen ?? null;
    curve?.destroy();
    const worst = report.worst?.frame ?? null;
    curve = new Curve(measurement, worst, (frame) => onChoose(measurement, frame), options);
    place.replaceChildren(curve.element);
    if (chosen !== null) curve.choose(chosen);
  };
  const select = measurements.length > 1 ? chooser(measurements, draw) : null;
  name.append(select ?? nameWithUnit(measurements[0]));
  draw(measurements[0]);
  return {
    part: element("div", "anime-frame-curves", name, place),
    choose(/** @type {number} */ frame, /** @type {string | undefined} */ measurement) {
      const index = measurements.findIndex((each) => each.name === measurement);
      if (select && index >= 0 && index !== select.selectedIndex) {
        select.selectedIndex = index;
        draw(measurements[index]);
      }
      curve?.choose(frame);
    },
    mark: (/** @type {number} */ frame) => curve?.mark(frame),
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
