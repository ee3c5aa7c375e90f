"""Refusals of lists, where a node needs one batch or one value.

ComfyUI runs a node once for each value of a list, for example of what a loop accumulated, and
doesn't say how many there are. So the run of the second value raises the error.
"""

from collections.abc import Sized

from .comfyui import place_in_list

REMEDY = "Make one batch of the images, for example with Rebatch Images."


class ListRefused(ValueError):
    """Error for a list where a batch or a single value is expected; the message says what to do."""


def refuse_lists(node_type: str) -> None:
    """Refuse a list of several values at a node of a retry.

    Args:
        node_type: class of the node.

    Raises:
        ListRefused: the node runs for a further value of a list.
    """
    if place_in_list() > 0:
        raise ListRefused(
            f"{node_type}: expected one value, received a list of several values, and each would "
            f"need attempts of its own. Give one value. {REMEDY}"
        )


def refuse_single_frames(images: Sized | None) -> None:
    """Refuse a list of single frames at a node that needs all frames together.

    A list of clips is no fault: each clip is measured for itself.

    Args:
        images: frames of this run; None if nothing is connected.

    Raises:
        ListRefused: the node runs for a further frame of a list.
    """
    if images is not None and len(images) == 1 and place_in_list() > 0:
        raise ListRefused(
            "images: expected one batch with all frames, received a list of single frames. "
            f"{REMEDY}"
        )
