import { language, number } from "../words.js";

/**
 * How long something took: "3 min 12 s".
 *
 * @param {number} seconds
 */
export function duration(seconds) {
  if (seconds < 10) return unit("second", Number(seconds.toFixed(1)));
  const whole = Math.round(seconds); // before it is split: else 119.7 would be 1 min 60 s
  if (whole < 60) return unit("second", whole);
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${unit("minute", minutes)} ${unit("second", whole % 60)}`;
  return `${unit("hour", Math.floor(minutes / 60))} ${unit("minute", minutes % 60)}`;
}

/**
 * Seconds between two times, the second being now where it isn't yet; null without the first.
 *
 * @param {string | null} start
 * @param {string | null} end
 */
export function seconds(start, end) {
  if (!start) return null;
  return Math.max(((end ? Date.parse(end) : Date.now()) - Date.parse(start)) / 1000, 0);
}

/**
 * A time as people write it.
 *
 * @param {string} time
 */
export function moment(time) {
  const style = /** @type {const} */ ({ dateStyle: "medium", timeStyle: "medium" });
  return new Intl.DateTimeFormat(language(), style).format(new Date(time));
}

/**
 * A part of something.
 *
 * @param {number} part 0–1
 */
export function percent(part) {
  return new Intl.NumberFormat(language(), { style: "percent" }).format(part);
}

/**
 * The size of a file.
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
