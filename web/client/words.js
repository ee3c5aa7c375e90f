/** Every word that the pack's own parts of the editor say, by its key. */
const ENGLISH = {
  "verdict.PASS": "PASS",
  "verdict.FAIL": "FAIL",
  "verdict.NOT_MEASURED": "NOT MEASURED",
  "verdict.INFO": "INFO",
  "node.label": "Verdict",
  "node.score": "{score} / 100",
  "node.score_absent": "no score",
  "node.earlier": "From an earlier run",
  "node.more": "and {count} more that do not pass",
  "node.nothing_judged": "Nothing here is judged.",
  "node.unreadable": "This result is of another version of the pack; run it again.",
  "gate.counts": "{accepted} accepted, {rejected} rejected",
  "retry.attempt": "{symbol} {word}, {score} (seed {seed})",
  "character.saved": "Saved as {name}, version {version}",
  "character.there": "{name} is there already as version {version}",
  "character.references": "References of the character",
  "curve.choose": "Measurement of the curve",
  "curve.label": "{name} over frames; arrow keys go from frame to frame",
  "curve.frame": "Frame {frame}: {value}",
  "curve.unmeasured": "Frame {frame}: not measured",
  "curve.limit": "limit {limit}",
  "curve.picture": "Frame {frame}",
  "curve.no_picture": "To see it here, connect a Preview Image to these frames.",
};

/** @typedef {keyof typeof ENGLISH} Key */

/**
 * A text of the editor.
 *
 * @param {Key} key
 * @param {Record<string, string | number>} [values] what its placeholders stand for
 */
export function words(key, values = {}) {
  return ENGLISH[key].replace(/\{(\w+)\}/g, (whole, name) =>
    Object.hasOwn(values, name) ? String(values[name]) : whole,
  );
}

/**
 * A measured number as people read it.
 *
 * @param {number} value
 * @param {string} [unit]
 */
export function number(value, unit = "") {
  const shown = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 }).format(value);
  return unit ? `${shown} ${unit}` : shown;
}

/**
 * A measurement's name as people read it: `loop.seam_position` is "loop: seam position".
 *
 * @param {string} name
 */
export function title(name) {
  return name.replace(".", ": ").replaceAll("_", " ");
}
