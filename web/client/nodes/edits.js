/** Sentences on what Close Loop and Find Loop did to a clip, from the report that they made. */

import { wholeScore } from "../report/verdicts.js";
import { reasonText, words } from "../words.js";

/** @import { Measurement, Report } from "../report/types.js" */
/** @import { Key } from "../words.js" */

const METHODS = ["repeat", "trim", "crossfade", "flow_morph", "colour", "ping_pong"];

/**
 * Return what a node did to the clip of its report, as texts; none for nodes that only measure.
 *
 * @param {Report} report
 * @returns {string[]}
 */
export function editTexts(report) {
  const named = (/** @type {string} */ name) =>
    report.measurements.find((each) => each.name === name);
  const closing = named("closing");
  const search = named("loop_distance");
  if (closing) return closingTexts(report, closing);
  return search ? searchTexts(report, search) : [];
}

/**
 * @param {Report} report
 * @param {Measurement} closing
 */
function closingTexts({ measurements }, closing) {
  const { methods, score_before: before, score_after: after, ...frames } = /** @type {any} */ (
    closing.details
  );
  if (!methods?.length) return closing.value === null ? [] : [reasonText(closing)];
  const notes = METHODS.flatMap((method) => {
    const note = measurements.find((each) => each.name === `closing_${method}`);
    return note ? [words(/** @type {Key} */ (`edit.${method}`), note.reason_values)] : [];
  });
  const change = { frames_before: frames.frames_before, frames_after: frames.frames_after };
  const length = words("edit.length", change);
  const scores =
    before === null || after === null
      ? []
      : [words("edit.score", { before: wholeScore(before), after: wholeScore(after) })];
  return [[...notes, ...scores, length].join(words("edit.comma"))];
}

/**
 * @param {Report} report
 * @param {Measurement} search
 */
function searchTexts({ score }, { details, reason_values: values }) {
  const before = /** @type {any} */ (details.map)?.frames;
  const { start, length } = values;
  if (typeof before !== "number" || typeof start !== "number" || typeof length !== "number") {
    return [];
  }
  const texts = [
    words("edit.kept", { first: start, last: start + length - 1 }),
    words("edit.length", { frames_before: before, frames_after: length }),
  ];
  if (score !== null) texts.push(words("edit.found_score", { score: wholeScore(score) }));
  return [texts.join(words("edit.comma"))];
}
