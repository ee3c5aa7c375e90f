"""Cursors of lists: texts that mark the last row of a page, for the request of the next page."""

import base64
import json
from datetime import datetime, timezone
from typing import Any
from uuid import UUID


class CursorError(ValueError):
    """The text is not a cursor of this list in this order."""


def cursor_of(at: datetime, row_id: UUID, *sort_keys: Any) -> str:
    """Return the cursor of a row.

    Args:
        at: time when the row was created, with a time zone.
        row_id: id of the row.
        sort_keys: JSON values by which the list is sorted before time and id.

    Examples:
        >>> from datetime import timezone
        >>> at = datetime(2025, 1, 1, tzinfo=timezone.utc)
        >>> read_cursor(cursor_of(at, UUID(int=7))) == (at, UUID(int=7), [])
        True
    """
    text = json.dumps([*sort_keys, at.isoformat(), str(row_id)])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str, sort_keys: int = 0) -> tuple[datetime, UUID, list[Any]]:
    """Return time, id and sort keys of a row from the text that `cursor_of` made.

    Args:
        cursor: text from a client.
        sort_keys: number of sort keys that the list has before time and id.

    Raises:
        CursorError: the text is not a cursor of such a list.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        *keys, at, row_id = json.loads(base64.urlsafe_b64decode(padded))
        time, row_uuid = datetime.fromisoformat(at), UUID(row_id)
        if time.tzinfo is None or len(keys) != sort_keys:
            raise ValueError
        # PostgreSQL takes fewer time zones than Python.
        return time.astimezone(timezone.utc), row_uuid, keys
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        raise CursorError("It is not a cursor of this list.") from None
