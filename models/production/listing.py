"""The list of productions, a page at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..jobs.json_values import row_to_json
from ..jobs.queries.cursors import cursor_of, read_cursor
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
        CursorError: no cursor of this list.
    """
    after_at, after_id = (None, None) if cursor is None else read_cursor(cursor)[:2]
    wanted = {name: (filters or {}).get(name) for name in FILTERS}
    values = {**wanted, "after_at": after_at, "after_id": after_id, "limit": limit + 1}
    rows = rows_of(connection, sql("page_of_productions"), values)
    following = None
    if len(rows) > limit:
        rows = rows[:limit]
        following = cursor_of(rows[-1]["created_at"], rows[-1]["id"])
    return ProductionPage(tuple(map(row_to_json, rows)), following)
