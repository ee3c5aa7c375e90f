/** Results of a node as elements. */

import { element } from "../element.js";
import { loopPlayer } from "../player/loop_player.js";
import {
  decidingParts, frameCurves, headline, line, reasonParts, scoreInWords, smallCurves,
} from "../report/report_parts.js"; // prettier-ignore
import { attemptsOf, explanationOf, isRetry } from "../report/retry.js";
import { verdictStyle } from "../report/verdicts.js";
import { namedReason, noteText, reasonText, title, words } from "../words.js";
import { ownEntries } from "./own_entries.js";
import { editTexts } from "./edits.js";
import { gateStrip } from "./gate_strip.js";
import { pictureElement } from "./preview.js";
import { stripElement } from "./strip.js";
import { rankingHeadline, rankingParts } from "./ranking.js";

/** @import { Measurement, Report } from "../report/types.js" */
/** @import { FlipbookPlaces } from "../player/flipbook.js" */
/** @import { Note, Reason } from "../words.js" */
/** @import { Picture, Preview } from "./preview.js" */
/** @import { GateFrame } from "./gate_strip.js" */
/** @import { Ranking } from "./ranking.js" */

/**
 * Types of the entries in the `ui` of a node of this pack. Only `anime_references` and
 * `anime_notes` may have more than one.
 *
 * @typedef {{verdict: string, pass: boolean, reasons: string, because?: Reason[],
 *   accepted: number, rejected: number, frames?: GateFrame[]}} Gate
 *
 * @typedef {object} Results
 * @property {Report[][]} [anime_report]
 * @property {FlipbookPlaces[][]} [anime_flipbook]
 * @property {Gate[][]} [anime_gate]
 * @property {{name: string, version: number, new: boolean}[][]} [anime_character]
 * @property {Picture[][]} [anime_references]
 * @property {Ranking[][]} [anime_ranking]
 * @property {Record<string, Picture>[][]} [anime_attempts] pictures by number of the attempt
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
 * Results as elements.
 *
 * @typedef {object} ResultParts
 * @property {HTMLElement | null} head the verdict, or what else sums up the results
 * @property {HTMLElement[]} parts everything else
 * @property {(frame: number, name?: string) => void} [choose] displays a frame of a measurement
 * @property {() => void} destroy releases the elements
 */

/**
 * Return the results of a node as elements.
 *
 * @param {Results} results
 * @param {FrameSource} frameSource
 * @param {(frame?: number, name?: string) => HTMLElement | null} [open] opens all results in a
 *   window, with a chosen frame of a measurement; with it only as much is returned as a node has
 *   room for
 * @returns {ResultParts}
 */
export function resultParts(results, frameSource, open) {
  const [report] = ownEntries(results.anime_report);
  const [flipbook] = ownEntries(results.anime_flipbook);
  const [gate] = ownEntries(results.anime_gate);
  const [saved] = ownEntries(results.anime_character);
  const pictures = ownEntries(results.anime_references);
  const [ranking] = ownEntries(results.anime_ranking);
  const limits = open ? { onMore: () => open() } : { most: Infinity };
  /** @type {HTMLElement[]} */
  const parts = [];
  let head = null;
  let curves = null;
  let player = null;
  if (report && report.schema !== 1) parts.push(line(words("node.unreadable")));
  else if (report) {
    head = headline(report.verdict, scoreInWords(report.score));
    player = flipbook ? loopPlayer(report, flipbook, open) : null;
    if (player) parts.push(player.part);
    parts.push(...editTexts(report).map(editLine), ...decidingParts(report, limits));
    const [pictures] = ownEntries(results.anime_attempts);
    const retries = report.measurements.filter(isRetry);
    parts.push(...retries.map((each) => attempts(each, pictures ?? {}, Boolean(open))));
    curves = open
      ? smallCurves(report, (name, frame) => open(frame, name))
      : frameCurves(report, (place, frame, frames) => showFrame(place, frame, frames, frameSource));
    if (curves) parts.push(curves.part);
  }
  if (gate) {
    head = countsHeadline(gate.verdict, words("gate.counts", { ...gate }));
    parts.push(...gateStrip(gate, Boolean(open)), ...reasonParts(gateReasons(gate), limits));
  }
  if (ranking) {
    head = rankingHeadline(ranking);
    parts.push(...rankingParts(ranking, Boolean(open)));
  }
  if (saved) {
    const { name, version } = saved;
    parts.push(line(words(saved.new ? "character.saved" : "character.there", { name, version })));
  }
  if (pictures.length) parts.push(references(pictures));
  parts.push(...ownEntries(results.anime_notes).map((note) => line(noteText(note))));
  const destroy = () => {
    curves?.destroy();
    player?.destroy();
  };
  return { head, parts, choose: curves?.choose, destroy };
}

/**
 * Return a headline with numbers of frames.
 *
 * @param {string} verdict
 * @param {string} text
 */
function countsHeadline(verdict, text) {
  const head = headline(verdict, text);
  head.classList.add("anime-counts");
  head.title = text; // it is shortened where there is no room for it
  return head;
}

/** @param {string} text on what the node did to the clip */
function editLine(text) {
  return element("div", "anime-line anime-edit", text);
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
 * Return the reasons of a gate, with the displayed names of their measurements.
 *
 * @param {Gate} gate
 */
function gateReasons({ reasons, because }) {
  // Earlier versions recorded only the English text.
  if (!because) return reasons.split("\n").filter(Boolean).map((text) => ({ text }));
  return because.map((each) => ({
    name: each.name && title(each.name),
    text: reasonText(each),
  }));
}

/**
 * Return the attempts of a retry side by side, each with its picture, its verdict and what decided
 * it; the chosen one is marked.
 *
 * @param {Measurement} measurement
 * @param {Record<string, Picture>} pictures by number of the attempt
 * @param {boolean} isShort true on the node
 */
function attempts(measurement, pictures, isShort) {
  const { chosen } = measurement.details;
  const items = attemptsOf(measurement).map(({ attempt, seed, report }) => {
    const { verdict, score } = report;
    const explanation = explanationOf(report);
    const name = words("detail.attempt", { number: attempt });
    const texts = { name, verdict: verdictStyle(verdict).word, score: scoreInWords(score) };
    return {
      before: `${attempt}. `, verdict, score, names: [words("detail.seed", { seed })],
      keptText: attempt === chosen ? words("ranking.kept") : "",
      reason: explanation ? namedReason(explanation) : "",
      picture: pictures[attempt], pictureText: words("asking.attempt", texts),
    }; // prettier-ignore
  });
  const strip = stripElement(words("detail.attempts"), items, isShort);
  return element("div", "anime-measurement", line(reasonText(measurement)), strip);
}

/** @param {Picture[]} pictures */
function references(pictures) {
  const strip = element("div", "anime-references");
  strip.tabIndex = 0; // it is scrolled
  strip.setAttribute("role", "group");
  strip.setAttribute("aria-label", words("character.references"));
  const images = pictures.map((each, frame) =>
    pictureElement(each, words("curve.picture", { frame })),
  );
  strip.append(...images);
  return strip;
}
