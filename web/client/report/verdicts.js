/** Appearance of verdicts and scores, for nodes and the sidebar. */

import { words } from "../words.js";

/** @import { Verdict } from "./types.js" */

/**
 * Colour and symbol of each verdict; a colour is never the only difference. The colours are
 * colour-blind safe (Okabe and Ito 2008) and equal to those of models/figure.py.
 *
 * @type {Record<Verdict | "INFO", {colour: string, symbol: string}>}
 */
const STYLES = {
  PASS: { colour: "#009E73", symbol: "✔" },
  FAIL: { colour: "#D55E00", symbol: "✘" },
  NOT_MEASURED: { colour: "#6B7280", symbol: "–" },
  INFO: { colour: "#0072B2", symbol: "·" },
};

/**
 * Return the colour, the symbol and the word of a verdict. An unknown verdict looks like one that
 * was not measured.
 *
 * @param {unknown} verdict
 * @returns {{colour: string, symbol: string, word: string}}
 */
export function verdictStyle(verdict) {
  const name = /** @type {Verdict} */ (
    typeof verdict === "string" && Object.hasOwn(STYLES, verdict) ? verdict : "NOT_MEASURED"
  );
  return { ...STYLES[name], word: words(`verdict.${name}`) };
}

/**
 * Return a score as a whole number. A failing score is never rounded up to 50, which passes.
 *
 * @param {number} score 0–100
 */
export function wholeScore(score) {
  return score < 50 ? Math.min(Math.round(score), 49) : Math.round(score);
}
