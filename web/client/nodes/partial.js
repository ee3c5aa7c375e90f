/** Partial results: what a node that is still measuring has measured so far, as elements. */

import { element } from "../element.js";
import { decidingMeasurements } from "../report/deciding.js";
import { line, smallCurves } from "../report/report_parts.js";
import { labelled, title, valueOf, words } from "../words.js";

/** @import { Measurement, Report } from "../report/types.js" */
/** @import { ResultParts } from "./results.js" */

/**
 * Return what is measured so far, as elements: the number of frames, the values without a verdict,
 * and a curve. A partial report decides nothing, so no verdict is displayed.
 *
 * @param {Report} report on the frames so far
 * @param {HTMLElement | null} previous element that displayed the last partial results; the chosen
 *   curve stays chosen
 * @returns {ResultParts}
 */
export function partialParts(report, previous) {
  const text = words("node.partial", { count: measuredFrames(report) });
  const head = element("div", "anime-line anime-partial", text);
  const values = decidingMeasurements(report).listed.filter(({ value }) => value !== null);
  const curves = smallCurves(report, () => {}); // frames are displayed with the result
  const parts = [...values.map((each) => line(valueText(each)))];
  if (curves) {
    keepChoice(previous, curves.part);
    parts.push(curves.part);
  }
  return { head, parts, destroy: () => curves?.destroy() };
}

/** @param {Measurement} measurement */
function valueText(measurement) {
  return labelled(title(measurement.name), valueOf(measurement, Number(measurement.value)));
}

/**
 * Return the number of frames that all curves contain. The measurements of a clip are not taken at
 * the same time, so the shortest curve tells how far the node is.
 *
 * @param {Report} report
 */
function measuredFrames({ measurements, frames }) {
  const lengths = measurements
    .filter(({ per_frame: values, frames_shown: some }) => values.length > 0 && !some)
    .map(({ per_frame: values }) => values.length);
  return lengths.length > 0 ? Math.min(...lengths) : (frames ?? 0);
}

/**
 * Choose the curve that a person chose before.
 *
 * @param {HTMLElement | null} previous
 * @param {HTMLElement} part
 */
function keepChoice(previous, part) {
  const chooser = part.querySelector("select");
  const chosen = previous?.querySelector("select")?.selectedOptions[0]?.text;
  const index = [...(chooser?.options ?? [])].findIndex(({ text }) => text === chosen);
  if (!chooser || index < 1) return;
  chooser.selectedIndex = index;
  chooser.dispatchEvent(new Event("change"));
}
