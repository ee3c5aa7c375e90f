"""What there is to choose from: projects with their shots, characters with their versions."""

from typing import TYPE_CHECKING, Any

from . import sql
from .rows import rows_of

if TYPE_CHECKING:
    from psycopg import Connection


def list_projects(connection: "Connection") -> list[dict[str, Any]]:
    """All projects, those with the newest jobs first; the nameless has the jobs that name none."""
    return rows_of(connection, sql("list_projects"), {})


def list_characters(connection: "Connection") -> list[dict[str, Any]]:
    """All characters by name, each with its versions, the newest first.

    Those of the library belong to the project without a name.
    """
    return rows_of(connection, sql("list_characters"), {})
