/** Ranking of frames or takes as elements: a strip of pictures, the best first. */

import { element } from "../element.js";
import { headline, line, scoreInWords } from "../report/report_parts.js";
import { verdictStyle } from "../report/verdicts.js";
import { labelled, reasonText, words } from "../words.js";
import { stripElement } from "./strip.js";

/** @import { Reason } from "../words.js" */
/** @import { Picture } from "./preview.js" */

/**
 * Types of the ranking in the `ui` of a Best Of or a Best Take.
 *
 * @typedef {{rank: number, number: number, kept: boolean, verdict: string, score: number | null,
 *   lost_because: Reason[], because?: Reason[], picture?: Picture}} Place `because`: the reason of
 *   its own score
 * @typedef {{kind: "frame" | "take", count: number, kept: number[], notes: Reason[],
 *   ranking: Place[]}} Ranking
 */

const MOST_SHOWN = 12; // places on the node; the pack's nodes write no more pictures

/**
 * Return the headline of a ranking: the verdict on the best, and how many are kept.
 *
 * @param {Ranking} ranking
 */
export function rankingHeadline({ count, kept, ranking }) {
  const best = ranking[0]?.verdict ?? "NOT_MEASURED";
  return headline(best, words("ranking.count", { kept: kept.length, count }));
}

/**
 * Return a ranking as elements: the strip, the notes, and why the first one that lost did.
 *
 * @param {Ranking} ranking
 * @param {boolean} [isShort] true on the node
 * @returns {HTMLElement[]}
 */
export function rankingParts({ kind, count, notes, ranking }, isShort = true) {
  const best = ranking.slice(0, MOST_SHOWN);
  const items = best.map((place) => placeItem(kind, place));
  const strip = stripElement(words("ranking.label"), items, isShort);
  /** @type {HTMLElement[]} */
  const parts = [strip];
  const more = count - best.length;
  if (more > 0) parts.push(line(words("ranking.more", { count: more })));
  parts.push(...notes.map((note) => line(reasonText(note))));
  const loser = ranking.find((place) => !place.kept);
  if (loser) parts.push(lossElement(kind, loser));
  return parts;
}

/**
 * Return a place as an item of the strip.
 *
 * @param {Ranking["kind"]} kind
 * @param {Place} place
 */
function placeItem(kind, place) {
  const { rank, kept, verdict, score, because = [], picture } = place;
  const name = nameOf(kind, place);
  const key = kept ? "ranking.picture_kept" : "ranking.picture";
  const { word } = verdictStyle(verdict);
  return {
    before: `${rank}. `, verdict, score, names: [name], picture,
    keptText: kept ? words("ranking.kept") : "",
    reason: because.map(reasonText).join(" "),
    pictureText: words(key, { rank, name, verdict: word, score: scoreInWords(score) }),
  }; // prettier-ignore
}

/**
 * Return the reasons why a place was not kept, below its name.
 *
 * @param {Ranking["kind"]} kind
 * @param {Place} place
 */
function lossElement(kind, place) {
  const title = words("ranking.lost", { name: nameOf(kind, place) });
  const [first, ...further] = place.lost_because.map(reasonText);
  return element(
    "div", "anime-measurement", line(labelled(title, first)), ...further.map(line),
  ); // prettier-ignore
}

/**
 * @param {Ranking["kind"]} kind
 * @param {Place} place
 */
function nameOf(kind, { number }) {
  return kind === "take" ? words("ranking.take", { number }) : words("ranking.frame", { number });
}
