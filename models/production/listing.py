"""List of productions, one page at a time."""

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
    """One page of the list of productions.

    Attributes:
        productions: summaries of productions as JSON values, newest first.
        next: cursor of the next page; None on the last page.
    """

    productions: tuple[Mapping[str, Any], ...]
    next: str | None


def list_productions(
    connection: "Connection",
    limit: int,
    cursor: str | None = None,
    filters: Mapping[str, Any] | None = None,
) -> ProductionPage:
    """Return one page of productions, newest first.

    Args:
        connection: connection to the database.
        limit: most productions on the page.
        cursor: `next` of the previous page; None for the first page.
        filters: name of a `project` and a `state`, each optional.

    Raises:
        CursorError: the cursor is not one of this list.
    """
    after_at, after_id = (None, None) if cursor is None else read_cursor(cursor)[:2]
    filter_values = {name: (filters or {}).get(name) for name in FILTERS}
    values = {**filter_values, "after_at": after_at, "after_id": after_id, "limit": limit + 1}
    rows = rows_of(connection, sql("page_of_productions"), values)
    next_cursor = None
    if len(rows) > limit:
        rows = rows[:limit]
        next_cursor = cursor_of(rows[-1]["created_at"], rows[-1]["id"])
    return ProductionPage(tuple(map(row_to_json, rows)), next_cursor)
