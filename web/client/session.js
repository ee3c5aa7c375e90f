/** Values that this browser tab keeps across a reload of the page. */

/**
 * Keep a value. Without session storage, which a browser may forbid, a reload loses it.
 *
 * @param {string} key
 * @param {unknown} value as JSON can hold it
 */
export function keep(key, value) {
  try {
    sessionStorage.setItem(key, JSON.stringify(value));
  } catch {
    // The page works without it.
  }
}

/**
 * Return a kept value; null if there is none.
 *
 * @param {string} key
 * @returns {any}
 */
export function kept(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}
