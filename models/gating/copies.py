"""Ids of the copies of a prompt's nodes that ComfyUI runs: in attempts of a retry and in loops.

A copy's id is that of its node with something before it:

- `7.attempt_2.5`: node 5 in attempt 2 of the retry that ends at node 7.
- `20.0.0.3_5`: node 5 in the fourth iteration of ComfyUI's loop that begins at node 20.
- `12.0.0.5`: node 5 in an iteration of a loop of another pack, made by node 12.

Loops within loops and retries within loops put several such parts before the id.
"""

import re
from collections.abc import Container

COPIES = ".attempt_"  # part of the ids of the copies of a retry
# Everything before the id of the node. `pathOf` in web/client/nodes/run.js has the same pattern.
COPY = re.compile(r"^.*\.(?:\d+\.\d+\.(?:\d+_)?|attempt_\d+\.)")


def attempt_prefix(end: str, attempt: int) -> str:
    """Return the beginning of the ids of an attempt's copies.

    Args:
        end: id of the Retry End.
        attempt: number of the attempt, from 1.
    """
    return f"{end}{COPIES}{attempt}."


def original_of(node: str, nodes: Container[str], displayed_at: str | None = None) -> str:
    """Return the node of a prompt that a node is a copy of; a node that is no copy itself.

    Args:
        node: id of a node that ran.
        nodes: ids of the prompt's nodes.
        displayed_at: node at which ComfyUI shows the results of `node`; None if it is unknown.

    Examples:
        >>> nodes = {"5", "12:7", "20"}
        >>> [original_of(node, nodes) for node in ("5", "20.0.0.3_5", "20.0.0.3_12:7", "9")]
        ['5', '5', '12:7', '9']
    """
    if node not in nodes and displayed_at is not None and displayed_at in nodes:
        return displayed_at
    return next((each for each in possible_originals(node) if each in nodes), node)


def possible_originals(node: str) -> tuple[str, str]:
    """Return the ids of which one is that of the node: its own, and the end of a copy's id."""
    return node, COPY.sub("", node)
