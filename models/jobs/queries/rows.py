"""What a query answers, as dictionaries."""

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psycopg import Connection


def rows_of(connection: "Connection", query: bytes, values: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows, by their columns' names; times in UTC.

    Planned anew each time: a plan that serves every filter alike serves none well.
    """
    from psycopg.rows import dict_row

    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query, values, prepare=False).fetchall()
    for row in rows:
        for name, value in row.items():
            if isinstance(value, datetime):
                row[name] = value.astimezone(timezone.utc)
    return rows
