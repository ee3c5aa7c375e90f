"""Reading and changing of the items in ComfyUI's queue, whatever form another pack gives them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# Places of the parts in an item, and their names in an item that is a dictionary.
PROMPT_ID, GRAPH, EXTRA_DATA, OUTPUTS = 1, 2, 3, 4
NAMES = {
    PROMPT_ID: "prompt_id",
    GRAPH: "prompt",
    EXTRA_DATA: "extra_data",
    OUTPUTS: "outputs_to_execute",
}


@dataclass(frozen=True)
class QueueItem:
    """A waiting or running prompt of ComfyUI's queue.

    Attributes:
        prompt_id: id of the prompt.
        graph: prompt in API format.
        extra_data: `extra_data` of the prompt; empty if the item has none.
        outputs: ids of the output nodes for which the prompt runs; None if the item doesn't say.
    """

    prompt_id: str
    graph: Any
    extra_data: Mapping[str, Any]
    outputs: tuple[str, ...] | None


def read_item(item: Any) -> QueueItem:
    """Return the parts of an item: a tuple of at least four parts, or a dictionary.

    Raises:
        LookupError, TypeError: the item is neither.
    """
    extra_data, outputs = _part(item, EXTRA_DATA), _part(item, OUTPUTS, optional=True)
    return QueueItem(
        prompt_id=_part(item, PROMPT_ID),
        graph=_part(item, GRAPH),
        extra_data=extra_data if isinstance(extra_data, Mapping) else {},
        outputs=None if outputs is None else tuple(map(str, outputs)),
    )


def with_extra_data(item: Any, extra_data: dict[str, Any]) -> Any:
    """Return an item of the same type with another `extra_data`; the given item stays as it is."""
    if isinstance(item, Mapping):
        return {**item, NAMES[EXTRA_DATA]: extra_data}
    parts = [*item[:EXTRA_DATA], extra_data, *item[EXTRA_DATA + 1 :]]
    return getattr(item, "_make", type(item))(parts)  # a named tuple takes its parts by `_make`


def _part(item: Any, place: int, optional: bool = False) -> Any:
    if isinstance(item, Mapping):
        return item.get(NAMES[place]) if optional else item[NAMES[place]]
    return None if optional and len(item) <= place else item[place]
