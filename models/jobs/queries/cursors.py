"""Cursors of lists: the place of the last row of a page, as a text that clients hand back."""

import base64
import json
from datetime import datetime
from typing import Any
from uuid import UUID


class CursorError(ValueError):
    """A text that is no cursor of the list in this order."""


def cursor_of(at: datetime, row_id: UUID, *place: Any) -> str:
    """Return the cursor of a row.

    Args:
        at: when it was made, with a time zone.
        row_id: of the row.
        place: JSON values that go before these two in the list's order.
    """
    text = json.dumps([*place, at.isoformat(), str(row_id)])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str, places: int = 0) -> tuple[datetime, UUID, list[Any]]:
    """Return what `cursor_of` was given.

    Args:
        cursor: from a client.
        places: how many values go before time and id.

    Raises:
        CursorError: no cursor of such a list.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        *place, at, row_id = json.loads(base64.urlsafe_b64decode(padded))
        after = datetime.fromisoformat(at), UUID(row_id), place
    except (ValueError, TypeError, AttributeError):
        after = None
    if after is None or after[0].tzinfo is None or len(after[2]) != places:
        raise CursorError("It is no cursor that this list gave.")
    return after
