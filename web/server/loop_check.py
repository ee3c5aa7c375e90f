"""Check of the loops of every prompt that is queued, by a wrapper around ComfyUI's validation."""

import functools
import logging
from typing import Any

from ...models.gating.loop_faults import LoopFault, loop_faults

log = logging.getLogger(__name__)

WRAPPED = "anime_production_checks_loops"  # attribute of the wrapper: True
ERROR = "anime_loop_refused"  # type of a node's error
OUTPUTS_FAILED = "prompt_outputs_failed_validation"  # ComfyUI's type for errors of nodes


def attach(execution: Any) -> None:
    """Refuse prompts with a loop that might never end, from now on.

    ComfyUI marks the loops of a prompt while it validates the prompt, so this looks at the result.

    Args:
        execution: ComfyUI's module `execution`, or an object with its `validate_prompt`.
    """
    original = execution.validate_prompt
    if hasattr(original, WRAPPED):
        return

    @functools.wraps(original)
    async def validate_prompt(prompt_id: Any, prompt: Any, *more: Any, **named: Any) -> Any:
        result = await original(prompt_id, prompt, *more, **named)
        try:
            return checked(prompt, result)
        except Exception:  # Another version of ComfyUI may give another result.
            log.exception("Anime Production: the loops of a prompt could not be checked.")
            return result

    setattr(validate_prompt, WRAPPED, True)
    execution.validate_prompt = validate_prompt


def checked(prompt: Any, result: Any) -> Any:
    """Return the result of a prompt's validation, with the faults of the prompt's loops.

    Args:
        prompt: prompt in API format that ComfyUI has validated.
        result: True if ComfyUI accepts it, the error on the whole prompt, the outputs that run, and
            the errors by node id.
    """
    is_valid, _, outputs, node_errors = result
    faults = loop_faults(prompt) if is_valid else ()
    if not faults:
        return result
    errors = dict(node_errors)
    for fault in faults:
        errors[fault.node] = _with_fault(prompt, fault, outputs, errors.get(fault.node))
    error = {
        "type": OUTPUTS_FAILED,
        "message": "Prompt outputs failed validation",
        "details": "\n".join(fault.message for fault in faults),
        "extra_info": {},
    }
    return False, error, [], errors


def _with_fault(prompt: Any, fault: LoopFault, outputs: Any, node_error: Any) -> dict[str, Any]:
    """Return ComfyUI's errors of a node with a fault."""
    error = {
        "type": ERROR,
        "message": "A loop would never end",
        "details": fault.message,
        "extra_info": {},
    }
    return {
        "errors": [*(node_error or {}).get("errors", ()), error],
        "dependent_outputs": list(outputs),
        "class_type": prompt[fault.node]["class_type"],
    }
