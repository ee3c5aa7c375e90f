/** @import { Verdict } from "./types.js" */

import { words } from "../words.js";

/**
 * How a verdict looks: a colour, a symbol and a word, never the colour alone. The colours are
 * colour-blind safe (Okabe and Ito 2008) and those of models/figure.py.
 *
 * @type {Record<Verdict | "INFO", {colour: string, symbol: string}>}
 */
const LOOKS = {
  PASS: { colour: "#009E73", symbol: "✔" },
  FAIL: { colour: "#D55E00", symbol: "✘" },
  NOT_MEASURED: { colour: "#6B7280", symbol: "–" },
  INFO: { colour: "#0072B2", symbol: "·" },
};

/**
 * @param {unknown} verdict
 * @returns {{colour: string, symbol: string, word: string}}
 */
export function look(verdict) {
  const known = /** @type {Verdict} */ (
    typeof verdict === "string" && Object.hasOwn(LOOKS, verdict) ? verdict : "NOT_MEASURED"
  );
  return { ...LOOKS[known], word: words(`verdict.${known}`) };
}
