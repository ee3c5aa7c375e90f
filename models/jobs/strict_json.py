"""JSON text that PostgreSQL accepts."""

import json
import math
from collections.abc import Mapping
from typing import Any

REPLACEMENT = "\ufffd"  # stands for NUL, which PostgreSQL can't store in a text


def strict_json(value: Any) -> str:
    """Return JSON without NaN, infinity, NUL and unpaired surrogates, which PostgreSQL refuses.

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


def without_unstorable(text: str) -> str:
    """Return a text for a search, without NUL and unpaired surrogates: no stored text has them."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _storable(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_storable(str(key)): _storable(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(each) for each in value]
    if isinstance(value, str):
        return value.replace("\0", REPLACEMENT).encode("utf-8", "replace").decode()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, int) else str(value)
