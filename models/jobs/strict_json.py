"""JSON text that PostgreSQL accepts."""

import json
import math
from collections.abc import Mapping
from typing import Any

REPLACEMENT = "\ufffd"  # stands for NUL, which PostgreSQL can't store in a text
MOST_LEVELS = 10_000  # far more than Python's JSON reads, so only a value in itself has more


def strict_json(value: Any) -> str:
    """Return JSON without NaN, infinity, NUL and unpaired surrogates, which PostgreSQL refuses.

    Raises:
        RecursionError: the value is nested too deeply for Python's JSON.

    Examples:
        >>> strict_json({"score": float("nan"), "frames": 12})
        '{"score": null, "frames": 12}'
    """
    try:
        text = json.dumps(value, allow_nan=False, ensure_ascii=False)
        text.encode()  # raises UnicodeEncodeError for an unpaired surrogate
        if "\\u0000" not in text:
            return text
    except (ValueError, TypeError):  # UnicodeEncodeError is a ValueError
        pass
    return json.dumps(_storable(value), allow_nan=False, ensure_ascii=False)


def _storable(value: Any) -> Any:
    """Return a copy with values that PostgreSQL can store; it doesn't use Python's call stack.

    Raises:
        RecursionError: the value is nested deeper than `MOST_LEVELS`, or contains itself.
    """
    root: list[Any] = [None]
    waiting: list[tuple[Any, Any, Any, int]] = [(root, 0, value, 0)]  # container, key, value, level
    while waiting:
        container, key, each, level = waiting.pop()
        if level > MOST_LEVELS:
            raise RecursionError(f"the JSON is nested deeper than {MOST_LEVELS} levels")
        copy: Any
        items: list[tuple[Any, Any]]
        if isinstance(each, Mapping):
            items = [(_storable_text(str(name)), item) for name, item in each.items()]
            copy = dict.fromkeys(name for name, _ in items)  # keeps the order
        elif isinstance(each, list | tuple):
            items, copy = list(enumerate(each)), [None] * len(each)
        else:
            container[key] = _storable_leaf(each)
            continue
        container[key] = copy
        waiting += [(copy, name, item, level + 1) for name, item in reversed(items)]
    return root[0]


def _storable_leaf(value: Any) -> Any:
    if isinstance(value, str):
        return _storable_text(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, int) else str(value)


def _storable_text(text: str) -> str:
    return text.replace("\0", REPLACEMENT).encode("utf-8", "replace").decode()
