/** What was picked in the window of a question, kept across a reload of the page. */

const KEY = "Anime.Picked";

/**
 * Keep what is picked; another question's choice is forgotten.
 *
 * @param {string} question id of the question
 * @param {number[]} picked numbers of the pictures
 */
export function keepChoice(question, picked) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ question, picked }));
  } catch {
    // Without session storage a reload loses the choice.
  }
}

/**
 * Return the numbers of the pictures that were picked before a reload; null if there are none.
 *
 * @param {string} question id of the question
 * @returns {number[] | null}
 */
export function keptChoice(question) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
    return kept?.question === question && Array.isArray(kept.picked) ? kept.picked : null;
  } catch {
    return null; // the browser's settings forbid session storage
  }
}
