/** Whether pictures may move by themselves. */

/** Return true if the page should not move by itself. */
export function wantsNoMotion() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
