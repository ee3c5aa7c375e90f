/** Records of the remedies: how often jobs with them passed. */

import { refusalText, words } from "../words.js";
import { callRoute, RouteError } from "../requests.js";

/** @import { RemedyName } from "./table.js" */

/**
 * @typedef {{name: RemedyName, passed: number | null, judged: number, least: number}} RemedyRecord
 *   `passed`: null if fewer jobs were judged than are needed to say something
 */

/**
 * Return what to say of each remedy: how often it helped, or why nobody knows.
 *
 * @returns {Promise<(name: RemedyName) => string>}
 */
export async function readRecords() {
  try {
    /** @type {{remedies: RemedyRecord[]}} */
    const { remedies } = await callRoute("/anime/remedies");
    return (name) => recordText(remedies.find((each) => each.name === name));
  } catch (error) {
    const reason = error instanceof RouteError ? refusalText(error.text, error.message) : "";
    const text = words("remedies.record_absent", { reason });
    return () => text;
  }
}

/** @param {RemedyRecord | undefined} record */
function recordText(record) {
  if (!record) return "";
  const { passed, judged, least } = record;
  if (passed === null) return words("remedies.record_few", { judged, least });
  return words("remedies.record", { passed, judged });
}
