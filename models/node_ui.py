"""Form of the pack's own entries in the `ui` of a node, for nodes and for readers of their `ui`.

ComfyUI counts every dictionary in a list of `ui` as an output of the prompt, and treats one with a
file name as a file that the node wrote. So a node puts its entries into a list within the list.
"""

from collections.abc import Mapping
from typing import Any


def own_ui(key: str, *entries: Any) -> dict[str, list[list[Any]]]:
    """Return a node's `ui` with the pack's own entries; empty without entries.

    Args:
        key: key of the entries, such as `anime_report`.
        entries: JSON values.

    Examples:
        >>> own_ui("anime_gate", {"pass": True})
        {'anime_gate': [[{'pass': True}]]}
    """
    return {key: [list(entries)]} if entries else {}


def own_entries(ui: Mapping[str, Any], key: str) -> list[Any]:
    """Return the pack's own entries of a key, of all runs of the node; see `own_ui`.

    Entries without the inner list, as versions before 0.2.0 wrote them, are read too.

    Args:
        ui: `ui` of a node, which may be of another pack.
        key: key of the entries.

    Examples:
        >>> own_entries({"anime_gate": [[{"pass": True}], [{"pass": False}]]}, "anime_gate")
        [{'pass': True}, {'pass': False}]
    """
    entries: list[Any] = []
    for run in ui.get(key) or ():
        entries += run if isinstance(run, list) else [run]
    return entries
