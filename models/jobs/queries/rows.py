"""Running of a query whose rows are returned as dictionaries."""

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psycopg import Connection


def rows_of(connection: "Connection", query: bytes, values: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of a query as dictionaries by column name, with times in UTC.

    The database plans the query each time, because a prepared plan that serves all filters is slow
    for each of them.
    """
    from psycopg.rows import dict_row

    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query, values, prepare=False).fetchall()
    for row in rows:
        for name, value in row.items():
            if isinstance(value, datetime):
                row[name] = value.astimezone(timezone.utc)
    return rows
