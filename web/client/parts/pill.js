import { element } from "../element.js";
import { look } from "../report/verdicts.js";
import { number } from "../words.js";

/**
 * A verdict in short: symbol, word and score.
 *
 * @param {string} verdict
 * @param {number | null} [score]
 */
export function pill(verdict, score = null) {
  const { symbol, word } = look(verdict);
  const beside = score === null ? "" : ` ${number(Math.round(score))}`;
  const made = element("span", "anime-pill", `${symbol} ${word}${beside}`);
  made.dataset.verdict = verdict;
  return made;
}

/**
 * How far something is.
 *
 * @param {number} part 0–1
 * @param {string} label
 */
export function bar(part, label) {
  const made = element("progress", "anime-bar");
  made.max = 1;
  made.value = part;
  made.setAttribute("aria-label", label);
  return made;
}
