/** Strip of the frames of a gate: which were accepted and which were rejected. */

import { element } from "../element.js";
import { scoreInWords, verdictSign } from "../report/report_parts.js";
import { verdictStyle, wholeScore } from "../report/verdicts.js";
import { namedReason, words } from "../words.js";
import { pictureElement } from "./preview.js";

/** @import { Reason } from "../words.js" */
/** @import { Picture } from "./preview.js" */
/** @import { Gate } from "./results.js" */

/**
 * Frame of a gate in the `ui` of a Gate.
 *
 * @typedef {{frame: number, accepted: boolean, verdict: string, score: number | null,
 *   because: Reason[], picture?: Picture}} GateFrame
 */

/**
 * Return the strip of a gate's frames, and how many frames it leaves out, as elements.
 *
 * @param {Gate} gate
 * @param {boolean} isShort true on the node, where the strip has one row
 * @returns {HTMLElement[]}
 */
export function gateStrip({ frames = [], accepted, rejected }, isShort) {
  if (frames.length === 0) return [];
  const strip = element("ol", "anime-gate-frames", ...frames.map(frameElement));
  strip.setAttribute("aria-label", words("gate.frames"));
  strip.tabIndex = 0; // it is scrolled
  const more = accepted + rejected - frames.length;
  if (isShort || more <= 0) return [strip];
  return [strip, element("div", "anime-line", words("gate.more_frames", { count: more }))];
}

/**
 * Return a frame as an element: its picture or only its number, its side, and its score.
 *
 * @param {GateFrame} frame
 */
function frameElement({ frame, accepted, verdict, score, because, picture }) {
  const side = words(accepted ? "gate.accepted" : "gate.rejected");
  const { word } = verdictStyle(verdict);
  const values = { frame, side, verdict: word, score: scoreInWords(score) };
  const text = [words("gate.frame", values), ...because.map(namedReason)].join("\n");
  const item = element("li", `anime-gate-frame anime-${accepted ? "accepted" : "rejected"}`);
  item.title = text;
  if (picture) item.append(pictureElement(picture, text));
  const shortScore = score === null ? "" : ` ${wholeScore(score)}`;
  const sign = verdictSign(accepted ? "PASS" : "FAIL");
  sign.title = side;
  sign.setAttribute("aria-label", side);
  item.append(
    element("div", "anime-gate-side", sign, shortScore),
    element("div", "anime-gate-number", `#${frame}`),
  );
  return item;
}
