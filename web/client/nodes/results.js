/** Results of a node as elements. */

import { element } from "../element.js";
import {
  decidingParts, frameCurves, headline, line, scoreInWords,
} from "../report/report_parts.js"; // prettier-ignore
import { isRetry, attemptsOf } from "../report/retry.js";
import { verdictStyle } from "../report/verdicts.js";
import { namedReason, noteText, reasonText, words } from "../words.js";
import { ownEntries } from "./own_entries.js";
import { pictureElement } from "./preview.js";
import { rankingParts } from "./ranking.js";

/** @import { Measurement, Report } from "../report/types.js" */
/** @import { Note, Reason } from "../words.js" */
/** @import { Picture, Preview } from "./preview.js" */
/** @import { Ranking } from "./ranking.js" */

/**
 * Types of the entries in the `ui` of a node of this pack. Only `anime_references` and
 * `anime_notes` may have more than one.
 *
 * @typedef {{verdict: string, pass: boolean, reasons: string, because?: Reason[],
 *   accepted: number, rejected: number}} Gate
 *
 * @typedef {object} Results
 * @property {Report[][]} [anime_report]
 * @property {Gate[][]} [anime_gate]
 * @property {{name: string, version: number, new: boolean}[][]} [anime_character]
 * @property {Picture[][]} [anime_references]
 * @property {Ranking[][]} [anime_ranking]
 * @property {Note[][]} [anime_notes]
 */

/**
 * Access to the frames of a report.
 *
 * @typedef {object} FrameSource
 * @property {(frames: number) => Preview | null} find returns the pictures of a report's frames, by
 *   their number
 * @property {(preview: Preview, frame: number) => void} select displays a frame on its node
 */

/**
 * Return true if an output has results that can be displayed.
 *
 * @param {any} output
 * @returns {output is Results}
 */
export function hasResults(output) {
  const names = ["report", "gate", "character", "references", "ranking", "notes"].map(
    (name) => `anime_${name}`,
  );
  return Boolean(output) && names.some((name) => output[name]?.length > 0);
}

/**
 * Return the results of a node as elements, with a function that releases them.
 *
 * @param {Results} results
 * @param {FrameSource} frameSource
 * @returns {{parts: HTMLElement[], destroy: () => void}}
 */
export function resultParts(results, frameSource) {
  const [report] = ownEntries(results.anime_report);
  const [gate] = ownEntries(results.anime_gate);
  const [saved] = ownEntries(results.anime_character);
  const pictures = ownEntries(results.anime_references);
  const [ranking] = ownEntries(results.anime_ranking);
  /** @type {HTMLElement[]} */
  const parts = [];
  let destroy = () => {};
  if (report && report.schema !== 1) parts.push(line(words("node.unreadable")));
  else if (report) {
    parts.push(headline(report.verdict, scoreInWords(report.score)), ...decidingParts(report));
    parts.push(...report.measurements.filter(isRetry).map(attempts));
    const curves = frameCurves(report, (place, frame, frames) =>
      showFrame(place, frame, frames, frameSource),
    );
    if (curves) parts.push(curves.part);
    destroy = curves?.destroy ?? destroy;
  }
  if (gate) parts.push(...gateParts(gate));
  if (ranking) parts.push(...rankingParts(ranking));
  if (saved) {
    const { name, version } = saved;
    parts.push(line(words(saved.new ? "character.saved" : "character.there", { name, version })));
  }
  if (pictures.length) parts.push(references(pictures));
  parts.push(...ownEntries(results.anime_notes).map((note) => line(noteText(note))));
  return { parts, destroy };
}

/**
 * @param {HTMLElement} place
 * @param {number} frame
 * @param {number} frames
 * @param {FrameSource} frameSource
 */
function showFrame(place, frame, frames, frameSource) {
  const preview = frameSource.find(frames);
  if (!preview) {
    place.replaceChildren(line(words("curve.no_picture")));
    return;
  }
  frameSource.select(preview, frame);
  place.replaceChildren(pictureElement(preview.pictures[frame], words("curve.picture", { frame })));
}

/**
 * Return the verdict of a gate with its counts and reasons, as elements.
 *
 * @param {Gate} gate
 */
function gateParts({ verdict, reasons, because, accepted, rejected }) {
  const counts = words("gate.counts", { accepted, rejected });
  const texts = because
    ? because.map(namedReason)
    : reasons.split("\n").filter(Boolean); // earlier versions recorded only the English text
  return [headline(verdict, counts), ...texts.map(line)];
}

/**
 * Return the attempts of a retry with their verdicts; the chosen attempt is marked.
 *
 * @param {Measurement} measurement
 */
function attempts(measurement) {
  const { chosen } = measurement.details;
  const list = element("ol", "anime-attempts");
  for (const { attempt, seed, report } of attemptsOf(measurement)) {
    const { symbol, word } = verdictStyle(report.verdict);
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
  const images = pictures.map((each, frame) =>
    pictureElement(each, words("curve.picture", { frame })),
  );
  strip.append(...images);
  return strip;
}
