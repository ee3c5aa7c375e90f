/** Strip of pictures beside one another: frames, takes or attempts, each with its score. */

import { element } from "../element.js";
import { scoreInWords, verdictSign } from "../report/report_parts.js";
import { wholeScore } from "../report/verdicts.js";
import { pictureElement } from "./preview.js";

/** @import { Picture } from "./preview.js" */

/**
 * What an item of a strip displays.
 *
 * @typedef {object} StripItem
 * @property {string} before text before the verdict, such as the rank
 * @property {string} verdict
 * @property {number | null} score
 * @property {string[]} names lines below the score
 * @property {string} keptText mark of an item that goes on; "" for any other
 * @property {string} reason the one reason that decided; "" without one
 * @property {Picture} [picture]
 * @property {string} pictureText text for people who don't see the picture
 */

/**
 * Return a strip of items as an element.
 *
 * @param {string} label
 * @param {StripItem[]} items
 * @param {boolean} isShort true on the node, where a reason stands only in the item's title
 */
export function stripElement(label, items, isShort) {
  const strip = element("ol", "anime-ranking", ...items.map((item) => itemElement(item, isShort)));
  strip.setAttribute("aria-label", label);
  strip.tabIndex = 0; // it is scrolled
  return strip;
}

/**
 * @param {StripItem} item
 * @param {boolean} isShort
 */
function itemElement(item, isShort) {
  const { before, verdict, score, names, keptText, reason, picture, pictureText } = item;
  const shortScore = score === null ? scoreInWords(score) : String(wholeScore(score));
  const root = element("li", keptText ? "anime-place anime-kept" : "anime-place");
  if (picture) root.append(pictureElement(picture, pictureText));
  root.append(
    element("div", "anime-place-score", before, verdictSign(verdict), ` ${shortScore}`),
    ...names.map((name) => element("div", "", name)),
  );
  if (keptText) root.append(element("div", "anime-kept-mark", `★ ${keptText}`));
  if (reason && !isShort) root.append(element("div", "anime-place-reason", reason));
  if (reason) root.title = reason;
  return root;
}
