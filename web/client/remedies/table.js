/** Table of the remedies: which change of the graph fits which reason of a FAIL. */

/** @import { Report } from "../report/types.js" */

/** @typedef {"close_loop" | "deflicker" | "retry" | "next_seed" | "draft"} RemedyName */

// Reasons that another picture or clip of the same settings may not have.
const BY_CHANCE = [
  "seam_jump", "seam_without_in_betweens", "seam_stutter", "seam_turns_back", "seam_colour_jump",
  "seam_darker", "seam_brighter", "seam_hold_broken", "nothing_loops", "nothing_loops_unscored",
  "nothing_moves", "soft_lines", "noisy", "light_clipped", "dark_crushed", "nearly_blank",
  "flickers", "flickers_locally", "flashes", "pumps", "ghosts", "melts", "pops", "soft_stretch",
  "drifts", "shakes", "boiling_seen", "few_drawings", "duplicates", "dropped",
  "character_different", "character_lost", "cast_missing", "doubled", "tags_broken",
  "tags_broken_in_frames", "answer_unexpected", "answers_unexpected", "value_least", "value_most",
  "value_band", "values_least", "values_most", "values_band", "none_passes",
]; // prettier-ignore

/**
 * Codes of the reasons that each remedy fits, in the order in which remedies are offered: a mended
 * clip comes before a new one, and wider limits come last.
 *
 * @type {Record<RemedyName, string[]>}
 */
export const REASONS = {
  close_loop: [
    "seam_jump", "seam_without_in_betweens", "seam_stutter", "seam_colour_jump", "seam_darker",
    "seam_brighter", "seam_hold_broken", "nothing_loops", "nothing_loops_unscored", "seam_clicks",
    "seam_sound_louder", "seam_sound_quieter", "seam_sound_other",
  ], // prettier-ignore
  deflicker: ["flickers", "pumps"],
  retry: BY_CHANCE,
  next_seed: BY_CHANCE,
  // All reasons of the measures whose limits the profile `draft` moves.
  draft: [
    "character_different", "character_lost", "doubled", "seam_jump", "seam_stutter",
    "seam_without_in_betweens", "seam_turns_back", "plays_back_and_forth", "seam_colour_jump",
    "seam_darker", "seam_brighter", "seam_hold_broken", "soft_lines", "enlarged", "noisy",
    "banded", "blocky", "light_clipped", "dark_crushed", "has_borders", "flickers",
    "flickers_locally", "flashes", "pumps", "ghosts", "melts", "pops", "soft_stretch", "drifts",
    "shakes", "boiling_seen", "few_drawings", "duplicates", "dropped", "compared_pair_apart",
    "compared_pairs_apart",
  ], // prettier-ignore
};

/**
 * Return the names of the remedies that fit the reasons of a failed report, in their order.
 *
 * @param {Report} report
 * @returns {RemedyName[]}
 */
export function fittingRemedies({ verdict, measurements }) {
  if (verdict !== "FAIL") return [];
  const failed = measurements.filter((each) => each.verdict === "FAIL");
  const codes = failed.map((each) => each.reason_code);
  const names = /** @type {RemedyName[]} */ (Object.keys(REASONS));
  return names.filter((name) => codes.some((code) => REASONS[name].includes(code)));
}
