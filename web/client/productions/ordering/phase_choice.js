/** Choice of the phases with which the form for a production begins. */

/** @import { PhaseDefinition } from "./order_fields.js" */

const REAL = ["sdxl_stills", "wan22_loop", "wan22_clip"];
const SAMPLES = ["sample_stills", "sample_loop", "sample_clip"];

/**
 * Return the ids of the phases that are chosen at first: those that a production has without any
 * choice, if this ComfyUI can run them, else the samples.
 *
 * @param {PhaseDefinition[]} phases all phases
 */
export function usualPhases(phases) {
  const ids = phases.filter((each) => each.missing.length === 0).map((each) => each.id);
  const installed = REAL.every((id) => ids.includes(id)) ? REAL : SAMPLES;
  return installed.filter((id) => phases.some((each) => each.id === id));
}

/**
 * Return the ids of the phases that are chosen for a picture: the best one that makes a loop or a
 * clip of it.
 *
 * @param {PhaseDefinition[]} phases all phases
 * @param {"loop" | "clip"} kind
 */
export function phasesForPicture(phases, kind) {
  const rank = (/** @type {PhaseDefinition} */ { id, missing, shipped }) =>
    (missing.length ? 4 : 0) + (SAMPLES.includes(id) ? 2 : 0) + (shipped ? 1 : 0);
  const fitting = phases.filter((each) => each.kind === kind && takesPicture(each));
  const [best] = fitting.sort((a, b) => rank(a) - rank(b));
  return best ? [best.id] : usualPhases(phases);
}

/** @param {PhaseDefinition} phase */
export function takesPicture({ takes }) {
  return Object.values(takes).some((source) => source === "image" || source === "video");
}
