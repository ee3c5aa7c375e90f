"""Every sentence that a Report can say, by its code: the English the other languages follow."""

from collections.abc import Mapping
from typing import Any

REASONS: dict[str, str] = {
    # Any measure
    "no_frames": "There is no frame to look at.",
    "too_few_frames": "{frames} frames came, at least {least} are needed.",
    "too_small": "The picture is {width}×{height}; at least {least} pixels a side are needed.",
    "not_finite": "Frame {frame} holds NaN or infinity ({frames} such frames); "
    "half-precision VAEs do this: decode in float32.",
    "too_few_drawings": "Without held frames {drawings} drawings are left, {least} are needed.",
    "nothing_moves": "Nothing moves: a frozen picture, not a clip.",
    # Loop
    "seam": "The seam moves by {steps} of the clip's own steps beside it.",
    "seam_jump": "The seam jumps by {steps} of the clip's own steps.",
    "seam_stutter": "The seam stutters: it moves by only {steps} of the clip's own steps, "
    "as if the first frame stood twice.",
    "seam_colour": "The mean colour jumps by {difference} ΔE more at the seam than elsewhere.",
    "seam_colour_jump": "The light or colour has drifted: at the seam the mean colour jumps by "
    "{difference} ΔE more than anywhere else.",
    "loop_found": "The best loop has {length} frames, from frame {start} on; it is {distance} of "
    "the clip's own steps from a perfect one.",
    "loop_of_periods": "The best loop has {length} frames, from frame {start} on: {times} times a "
    "period of {period} frames. It is {distance} of the clip's own steps from a perfect one.",
    "nothing_loops": "Nothing loops. The nearest has {length} frames, from frame {start} on; it "
    "is {distance} of the clip's own steps from a perfect loop and {missing} points from a pass.",
    "nothing_loops_unscored": "Nothing loops. The nearest has {length} frames, from frame {start} "
    "on; it is {distance} of the clip's own steps from a perfect loop.",
    "no_loop_to_search": "With {shortest} to {longest} frames there is no seam to choose: fewer "
    "than {least} drawings differ.",
    "closing_unneeded": "It loops already: nothing was changed.",
    "closing_loops": "Closed by {methods}: it loops, its score went from {before} to {after}.",
    "closing_no_loop": "Changed by {methods}: its score went from {before} to {after}, "
    "but it does not loop yet.",
    "closing_in_vain": "Nothing that was tried made it loop better: the clip is unchanged.",
    "closing_nothing_to_do": "{methods} found nothing to make better: the clip is unchanged.",
    "closing_repeat": "Dropped at the end, where the first drawing was shown once more: "
    "{frames} of {before} frames.",
    "closing_trim": "Cut from the start: {start} frames; from the end: {end}; left: {left} of "
    "{before}.",
    "closing_crossfade": "The end was faded into the start, over {frames} of the {left} frames "
    "that are left.",
    "closing_flow_morph": "Added, to morph the last drawing into the first: {frames} frames; with "
    "them {left}.",
    "closing_colour": "A drift of light and colour by {difference} ΔE over the clip was taken out, "
    "evenly in time; every frame after the first drawing is altered.",
    "closing_ping_pong": "Added, to play it backwards: {frames} frames; with them {left}.",
    "seam_darker": "The light has drifted: the picture is {percent} % darker at the end than at "
    "the start.",
    "seam_brighter": "The light has drifted: the picture is {percent} % brighter at the end than "
    "at the start.",
    "seam_flow": "The motion goes on through the seam.",
    "seam_turns_back": "The motion turns back at the seam, at {percent} % of its usual speed.",
    "plays_back_and_forth": "It plays back and forth: at the seam the motion turns back, at "
    "{percent} % of its usual speed, and runs the same way again.",
    "seam_hold": "Frames that a drawing at the seam is held for: {frames}; elsewhere: {shortest} "
    "to {longest}.",
    "seam_hold_broken": "The hold pattern breaks at the seam. Frames that a drawing is held for "
    "there: {frames}; elsewhere: {shortest} to {longest}.",
    "continuity": "A drawing is {percent} % nearer to its neighbours than to the farthest.",
    "only_grain": "Every frame differs from the next as much as from any other: grain or unrelated "
    "pictures, no motion that could loop.",
    # Quality
    "no_lines": "No edge is strong enough to be a line.",
    "sharp_lines": "The strongest lines are {width} px wide from dark to light.",
    "soft_lines": "The picture is soft: its strongest lines are {width} px wide from dark to "
    "light.",
    "steady_light": "The light changes by {levels} grey levels between drawings.",
    "flickers": "It flickers: the light jumps by {levels} grey levels between drawings.",
    "enough_drawings": "{rate} drawings a second, each held for {hold} frames.",
    "few_drawings": "Only {rate} drawings a second, each held for {hold} frames.",
    # Character
    "character_same": "It looks like {character} in every visible frame: at least {similarity} "
    "alike, {threshold} is needed.",
    "character_different": "It does not look like {character} in {different} of {visible} visible "
    "frames: down to {similarity} alike, {threshold} is needed.",
    "character_lost": "From frame {frame} on it no longer looks like {character}: down to "
    "{similarity} alike, {threshold} is needed.",
    "seldom_visible": "A figure is visible in only {visible} of {frames} frames; at least {least} "
    "are needed.",
    "visible_share": "A figure is visible in {visible} of {frames} frames.",
    "no_reference": "The sheet of {character} holds no reference with a visible figure.",
    "drift": "From the first third to the last, likeness to {character} changes by {change}.",
    "too_short_for_drift": "A drift shows over {least} visible frames, {visible} are there.",
    "references_alike": "The references look like one character: each is at least {similarity} "
    "like another. Looks are compared, not identity.",
    "reference_different": "Reference {reference} does not look like the others: {similarity} "
    "alike, {threshold} is needed. Looks are compared, not identity.",
    "one_reference": "With one usable reference there is nothing to compare it with.",
    "references_unseen": "No figure stands out in reference {references}: not used.",
    "references_seen": "A figure stands out in all {references} references.",
    "threshold_calibrated": "Set by how alike the {references} references are.",
    "threshold_published": "The default of this backend: {references} usable references, "
    "at least {least} set a threshold of their own.",
    # Loop and quality
    "motion": "A usual step changes the picture by {step} ΔE.",
}


def sentence(code: str, values: Mapping[str, Any]) -> str:
    """The English sentence of a reason.

    Args:
        code: a key of `REASONS`.
        values: what its placeholders stand for.

    Returns:
        The sentence.

    Raises:
        KeyError: no such code, or a placeholder without its value.
    """
    return REASONS[code].format(**values)
