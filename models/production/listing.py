"""The list of productions, a page at a time."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ..jobs.json_values import row_to_json
from ..jobs.queries.rows import rows_of
from .queries import sql

if TYPE_CHECKING:
    from psycopg import Connection

FILTERS = ("project", "state")


@dataclass(frozen=True)
class ProductionPage:
    """Productions, the newest first, and where the list goes on; None at its end."""

    productions: tuple[Mapping[str, Any], ...]
    next: str | None


class ProductionCursorError(ValueError):
    """A text that is no cursor of the list."""


def list_productions(
    connection: "Connection",
    limit: int,
    cursor: str | None = None,
    filters: Mapping[str, Any] | None = None,
) -> ProductionPage:
    """A page of productions, the newest first.

    Args:
        connection: to the database.
        limit: most of them.
        cursor: what the page before gave as `next`.
        filters: `project` (its name) and `state`, as far as they matter.

    Raises:
        ProductionCursorError: no cursor of this list.
    """
    after_at, after_id = (None, None) if cursor is None else _read_cursor(cursor)
    wanted = {name: (filters or {}).get(name) for name in FILTERS}
    values = {**wanted, "after_at": after_at, "after_id": after_id, "limit": limit + 1}
    rows = rows_of(connection, sql("page_of_productions"), values)
    following = None
    if len(rows) > limit:
        rows = rows[:limit]
        following = _cursor(rows[-1])
    return ProductionPage(tuple(map(row_to_json, rows)), following)


def _cursor(row: Mapping[str, Any]) -> str:
    said = [row["created_at"].isoformat(), str(row["id"])]
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[datetime, UUID]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        at, production_id = json.loads(base64.urlsafe_b64decode(padded))
        after = datetime.fromisoformat(at), UUID(production_id)
    except (ValueError, TypeError, AttributeError):
        raise ProductionCursorError("It is no cursor that this list gave.") from None
    if after[0].tzinfo is None:
        raise ProductionCursorError("It is no cursor that this list gave.")
    return after
