"""Frames of a Gate, each with its side, for the strip that the editor shows on the node."""

from collections.abc import Sequence
from typing import Any

from .frame_verdicts import judge_frames
from .gate import FrameDecision
from .kept import Gating
from .ranking import own_reason


def gated_frames(gating: Gating, most: int) -> list[dict[str, Any]]:
    """Return the frames of a gate that decided about each frame, as JSON values.

    Args:
        gating: decision of the gate.
        most: largest number of frames. If there are more, half of them are rejected ones, if there
            are as many.

    Returns:
        Frames in their order; empty if the gate decided about the whole batch.
    """
    decision = gating.decision
    if not isinstance(decision, FrameDecision):
        return []
    judged = judge_frames(gating.judged)
    accepted = set(decision.accepted)
    return [
        {
            "frame": number,
            "accepted": number in accepted,
            "verdict": judged[number].verdict.value,
            "score": judged[number].score,
            "because": [own_reason(judged[number]).to_dict()],
        }
        for number in _shown(decision.accepted, decision.rejected, most)
    ]


def _shown(accepted: Sequence[int], rejected: Sequence[int], most: int) -> list[int]:
    """Return the numbers of the frames that are shown, ascending."""
    rejections = max(most // 2, most - len(accepted))
    first = rejected[:rejections]
    return sorted([*first, *accepted[: most - len(first)]])
