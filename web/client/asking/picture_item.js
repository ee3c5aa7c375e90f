/** Picture of a question, with its verdict, as an element of the window's grid. */

import { element } from "../element.js";
import { addressOf } from "../nodes/preview.js";
import { scoreInWords, verdictSign } from "../report/report_parts.js";
import { verdictStyle, wholeScore } from "../report/verdicts.js";
import { reasonText, words } from "../words.js";

/** @import { AskedFrame } from "./question_window.js" */

const LAST_DIGIT = 9; // of the pictures that a key of their own picks

/**
 * Return the element of a picture, with the buttons that pick it and show it large.
 *
 * @param {AskedFrame} frame
 * @param {number} digit key that picks it, from 1; 0 for none
 */
export function pictureItem(frame, digit) {
  const image = element("img");
  image.src = addressOf(frame.picture);
  image.alt = "";
  image.draggable = false;
  const pick = element("button", "anime-asking-picture", image);
  pick.type = "button";
  pick.setAttribute("aria-label", pictureText(frame));
  const zoom = element("button", "anime-asking-zoom", "⤢");
  zoom.type = "button";
  zoom.title = words("asking.zoom");
  zoom.setAttribute("aria-label", words("asking.zoom"));
  zoom.tabIndex = -1; // Z does the same
  const mark = element("span", "anime-asking-mark", "✔");
  const root = element("li", "anime-asking-item", pick, mark, zoom, caption(frame, digit));
  return { root, pick, zoom, image, frame };
}

/**
 * @param {AskedFrame} frame
 * @param {number} digit
 */
function caption({ frame, verdict, score = null, because = [] }, digit) {
  const root = element("div", "anime-asking-caption");
  if (digit > 0 && digit <= LAST_DIGIT) root.append(element("kbd", "", String(digit)), " ");
  if (verdict) {
    const shortScore = score === null ? scoreInWords(score) : String(wholeScore(score));
    const texts = because.map(reasonText);
    const reason = element("span", "anime-asking-reason", texts.join(" "));
    reason.title = texts.join("\n");
    root.append(verdictSign(verdict), ` ${shortScore}`, reason);
  }
  root.append(element("span", "anime-asking-number", `#${frame}`));
  return root;
}

/** @param {AskedFrame} frame */
function pictureText({ frame, verdict, score = null }) {
  if (!verdict) return words("curve.picture", { frame });
  const { word } = verdictStyle(verdict);
  return words("asking.picture", { frame, verdict: word, score: scoreInWords(score) });
}
