/** Ages of jobs and productions as text. */

import { language } from "../words.js";

/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

/** @type {Map<string, Intl.RelativeTimeFormat>} */
const formats = new Map();

/**
 * Return the age of a time as text: "5 min. ago"; "now" within the first minute.
 *
 * @param {string} time
 * @param {"narrow" | "long"} [style]
 * @param {number} [now]
 */
export function age(time, style = "narrow", now = Date.now()) {
  const seconds = Math.max((now - Date.parse(time)) / 1000, 0); // the server's clock may be ahead
  const [unit, length] = UNITS.find((each) => seconds >= each[1]) ?? ["second", Infinity];
  const key = `${language()} ${style}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.RelativeTimeFormat(language(), { style, numeric: "auto" });
    formats.set(key, format);
  }
  return format.format(0 - Math.floor(seconds / length), unit);
}
