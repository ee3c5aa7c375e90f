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
