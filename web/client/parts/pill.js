/** Short marks for the sidebar: a verdict as a pill, and a progress bar. */

import { element } from "../element.js";
import { verdictStyle, wholeScore } from "../report/verdicts.js";
import { number } from "../words.js";

/**
 * Return a pill with a verdict: symbol, word and score.
 *
 * @param {string} verdict
 * @param {number | null} [score]
 */
export function verdictPill(verdict, score = null) {
  const { symbol, word } = verdictStyle(verdict);
  const scoreText = score === null ? "" : ` ${number(wholeScore(score))}`;
  const pill = element("span", "anime-pill", `${symbol} ${word}${scoreText}`);
  pill.dataset.verdict = verdict;
  return pill;
}

/**
 * Return a progress bar.
 *
 * @param {number} progress 0–1
 * @param {string} label
 */
export function progressBar(progress, label) {
  const bar = element("progress", "anime-bar");
  bar.max = 1;
  bar.value = progress;
  bar.setAttribute("aria-label", label);
  return bar;
}
