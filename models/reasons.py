"""Sentences that no single measure owns, by code; `models/measures.py` gathers all of them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

NOTHING: Mapping[str, str] = MappingProxyType({})

REASONS: dict[str, str] = {
    # Any measure
    "no_frames": "There is no frame to look at.",
    "too_few_frames": "{frames} frames came, at least {least} are needed.",
    "too_small": "The picture is {width}×{height}; at least {least} pixels a side are needed.",
    "not_finite": "Frame {frame} holds NaN or infinity ({frames} such frames); "
    "half-precision VAEs do this: decode in float32.",
    "too_few_drawings": "Without held frames {drawings} drawings are left, {least} are needed.",
    "nothing_moves": "Nothing moves: a frozen picture, not a clip.",
    "weights_unusable": "{file} can't be used: it is incomplete, damaged, or another file under "
    "its name. Delete it and install it again (python quickstart.py weights --fetch {name}); "
    "everything else is measured.",
    "package_unusable": "{package}, which runs it, is not installed or cannot be imported: python "
    "-m pip install {package}, in ComfyUI's Python. Everything else is measured.",
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
    "references_one": "The references show one character: each is at least {similarity} like "
    "another.",
    "reference_different": "Reference {reference} does not look like the others: {similarity} "
    "alike, {threshold} is needed.",
    "references_different": "References {reference} do not look like the others: down to "
    "{similarity} alike, {threshold} is needed.",
    "one_reference": "With one usable reference there is nothing to compare it with.",
    "references_unseen": "No figure stands out in reference {references}: not used.",
    "references_seen": "A figure stands out in all {references} references.",
    "references_usable": "{usable} of {references} references are used.",
    "references_crowded": "Several people are in reference {references}: not used, as nobody can "
    "know who is meant. Crop them to one person.",
    "references_chosen": "Several people are in reference {references}: the one whom all other "
    "references show is used.",
    "threshold_calibrated": "Set by how alike the {references} references are.",
    "threshold_published": "The backend's own: {note}. References that agree: {references}; from "
    "{least} on they set a threshold of their own.",
    "seldom_seen": "{character} can be seen in only {visible} of {frames} frames; at least {least} "
    "are needed.",
    "seen_share": "{character}, or somebody in their place, can be seen in {visible} of {frames} "
    "frames.",
    "drift_from": "From the first third to the last, likeness to {character} changes by {change}; "
    "it begins to fall at frame {frame}.",
    "drift_slope": "Over 100 frames likeness to {character} changes by {change}.",
    "too_short_for_slope": "A slope shows over {least} visible frames, {visible} are there.",
    "subject_consistency": "In the {visible} frames that show them, {character} is as alike as "
    "this to the first of them and from one to the next.",
    "cast_complete": "Everybody who was asked for is found in every frame that shows anybody.",
    "cast_missing": "Frames that show somebody, yet not whom was asked for: {missing}.",
    "nobody_seen": "Nobody can be seen in any frame.",
    "nobody_doubled": "Nobody is there twice.",
    "doubled": "There twice in one frame: {doubled}.",
    # Trying again
    "retry_passed": "Attempt {attempts} of at most {limit} passes, with seed {seed}.",
    "retry_exhausted": "None of {attempts} attempts passes. Chosen is attempt {chosen}, with seed "
    "{seed}.",
    "retry_runs": "{attempts} of at most {limit} attempts were made, and none passes yet.",
    # Acting on a score
    "threshold_given_least": "It is {value} {unit}; at least {limit} was asked for at the gate.",
    "threshold_given_most": "It is {value} {unit}; at most {limit} was asked for at the gate.",
    "threshold_given_band": "It is {value} {unit}; {low} to {high} was asked for at the gate.",
    "gate_let_through": "Let through because on_not_measured is accept.",
    "gate_let_through_frames": "Let through because on_not_measured is accept: frames {frames}.",
    "gate_batch_goes_on": "All goes on because on_fail is best and the whole batch is one.",
    "gate_all_go_on": "All go on because on_fail is pass_through.",
    "gate_best_goes_on": "Frame {frame} goes on because on_fail is best; it has {score} of 100.",
    "gate_unscored_goes_on": "Frame {frame} goes on because on_fail is best; none has a score.",
    "gate_frames_least": "At least {limit} {unit} is needed; not so in frames {frames} "
    "(worst: {value} in frame {frame}).",
    "gate_frames_most": "At most {limit} {unit} is needed; not so in frames {frames} "
    "(worst: {value} in frame {frame}).",
    "gate_frames_band": "{low} to {high} {unit} is needed; not so in frames {frames} "
    "(worst: {value} in frame {frame}).",
    "gate_frames_absent": "Not measured in frames {frames}.",
    "gate_nothing_counts": "Nothing in the report counts for its verdict.",
    "kept_least": "The weakest of the kept frames has {value} {unit}; at least {limit} is needed. "
    "It is frame {frame} of the batch. Kept: {kept}.",
    "kept_most": "The weakest of the kept frames has {value} {unit}; at most {limit} is allowed. "
    "It is frame {frame} of the batch. Kept: {kept}.",
    "kept_band": "The weakest of the kept frames has {value} {unit}; {low} to {high} is needed. "
    "It is frame {frame} of the batch. Kept: {kept}.",
    "any_passes": "{passing} of {reports} reports pass, and one is enough.",
    "none_passes": "None of {reports} reports passes; the best of them has {score} of 100.",
    "none_passes_yet": "None of {reports} reports passes, and {unmeasured} could not be measured.",
    # Production
    "production_cancelled": "{who} cancelled the production.",
    "production_resumed": "{who} resumed the production.",
    "production_approved": "{who} approved it.",
    "production_rejected": "{who} rejected it.",
    "production_too_many": "{waiting} productions of {project} aren't finished; at most {limit} "
    "may be at a time.",
    "production_approval": "Attempt {number} waits for a person's approval.",
    "production_attempts": "None of {attempts} attempts passed. The last: {reason}",
    "production_best": "None of {attempts} attempts passed; the best of them, attempt {chosen}, is "
    "taken.",
    "production_no_best": "None of {attempts} attempts passed, and none has both a score and a "
    "file, by which the best could be taken.",
    "production_wall_time": "Its attempts took {seconds} s; {limit} s are allowed.",
    "production_disk_full": "The disk of the output folder has {free} GB left; {least} GB are "
    "needed. It goes on when there is room.",
    "production_prompt_failed": "Node {node} ({type}): {message}",
    "production_refused": "ComfyUI refuses the workflow: {message}",
    "production_unjudged": "The prompt ended before its gates had a report.",
    "production_interrupted": "Somebody interrupted its prompt, or removed it from the queue of "
    "ComfyUI.",
    "production_machine_gone": "The ComfyUI that ran it is gone.",
    "production_superseded": "It was taken for lost and run again; it came to its end all the "
    "same.",
    "production_taken_over": "Taken over from a ComfyUI that is gone.",
    "production_file_missing": "The file {path} of the phase before is neither here nor in the "
    "database.",
    "production_engine": "It could not go on: {error}",
}


def sentence(code: str, values: Mapping[str, Any], own: Mapping[str, str] = NOTHING) -> str:
    """Return the English sentence of a reason.

    Args:
        code: a key of `own` or of `REASONS`.
        values: what its placeholders stand for.
        own: further sentences by code, such as those of a measure.

    Raises:
        KeyError: no such code, or a placeholder without its value.
    """
    return (own.get(code) or REASONS[code]).format(**values)
