import { element } from "../element.js";
import { decided, headline, line, overFrames, scoreInWords } from "../report/parts.js";
import { isRetry, roundsOf } from "../report/retry.js";
import { look } from "../report/verdicts.js";
import { namedReason, reasonText, words } from "../words.js";
import { addressOf } from "./preview.js";

/** @import { Measurement, Report } from "../report/types.js" */
/** @import { Reason } from "../words.js" */
/** @import { Picture, Preview } from "./preview.js" */

/**
 * What a node of the pack put into its `ui`; every list but the last has one entry.
 *
 * @typedef {{verdict: string, pass: boolean, reasons: string, because?: Reason[],
 *   accepted: number, rejected: number}} Gate
 *
 * @typedef {object} Results
 * @property {Report[]} [anime_report]
 * @property {Gate[]} [anime_gate]
 * @property {{name: string, version: number, new: boolean}[]} [anime_character]
 * @property {Picture[]} [anime_references]
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
    parts.push(...report.measurements.filter(isRetry).map(attempts));
    const over = overFrames(report, (place, frame, frames) =>
      showFrame(place, frame, frames, sight),
    );
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
function gated({ verdict, reasons, because, accepted, rejected }) {
  const counts = words("gate.counts", { accepted, rejected });
  const told = because
    ? because.map(namedReason)
    : reasons.split("\n").filter(Boolean); // of a version that gave English only
  return [headline(verdict, counts), ...told.map(line)];
}

/**
 * What every attempt of a retry came to; the report that goes on is the chosen one's.
 *
 * @param {Measurement} measurement
 */
function attempts(measurement) {
  const { chosen } = measurement.details;
  const list = element("ol", "anime-attempts");
  for (const { attempt, seed, report } of roundsOf(measurement)) {
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
