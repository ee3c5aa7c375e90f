"""JSON as PostgreSQL takes it."""

import json
import math
from collections.abc import Mapping
from typing import Any

REPLACEMENT = "\ufffd"  # PostgreSQL stores no NUL in a text


def strict_json(value: Any) -> str:
    """JSON without NaN, infinity, NUL or half characters, none of which PostgreSQL would take."""
    try:
        text = json.dumps(value, allow_nan=False, ensure_ascii=False)
        text.encode()  # half a surrogate pair has no UTF-8
        if "\\u0000" not in text:
            return text
    except (ValueError, TypeError):  # UnicodeEncodeError is a ValueError
        pass
    return json.dumps(_storable(value), allow_nan=False, ensure_ascii=False)


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
