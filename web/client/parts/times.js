/** Durations, times, percentages and file sizes in the editor's language. */

import { language, number } from "../words.js";

/**
 * Return a duration as text: "3 min 12 sec".
 *
 * @param {number} seconds
 */
export function duration(seconds) {
  if (seconds < 10) return unit("second", Number(seconds.toFixed(1)));
  const whole = Math.round(seconds); // rounded first, so that 119.7 s isn't 1 min 60 s
  if (whole < 60) return unit("second", whole);
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${unit("minute", minutes)} ${unit("second", whole % 60)}`;
  return `${unit("hour", Math.floor(minutes / 60))} ${unit("minute", minutes % 60)}`;
}

/**
 * Return the seconds between two times; null without a start, and up to now without an end.
 *
 * @param {string | null} start
 * @param {string | null} end
 */
export function seconds(start, end) {
  if (!start) return null;
  return Math.max(((end ? Date.parse(end) : Date.now()) - Date.parse(start)) / 1000, 0);
}

/**
 * Return a date and time as text.
 *
 * @param {string} time
 */
export function moment(time) {
  const style = /** @type {const} */ ({ dateStyle: "medium", timeStyle: "medium" });
  return new Intl.DateTimeFormat(language(), style).format(new Date(time));
}

/**
 * Return a share as a percentage.
 *
 * @param {number} share 0–1
 */
export function percent(share) {
  return new Intl.NumberFormat(language(), { style: "percent" }).format(share);
}

/**
 * Return the size of a file as text.
 *
 * @param {number} bytes
 */
export function size(bytes) {
  const steps = ["B", "kB", "MB", "GB"];
  let step = 0;
  for (; bytes >= 1000 && step < steps.length - 1; step++) bytes /= 1000;
  return number(bytes, steps[step]);
}

/**
 * @param {"hour" | "minute" | "second"} name
 * @param {number} value
 */
function unit(name, value) {
  const options = /** @type {const} */ ({ style: "unit", unitDisplay: "short" });
  return new Intl.NumberFormat(language(), {
    ...options,
    unit: name,
    maximumFractionDigits: 1,
  }).format(value);
}
