"""Lists of the projects with their shots, and of the characters with their versions."""

from typing import TYPE_CHECKING, Any

from . import sql
from .rows import rows_of

if TYPE_CHECKING:
    from psycopg import Connection


def list_projects(connection: "Connection") -> list[dict[str, Any]]:
    """Return all projects, the project of the newest job first.

    The project without a name holds the jobs that name none.
    """
    return rows_of(connection, sql("list_projects"), {})


def list_characters(connection: "Connection") -> list[dict[str, Any]]:
    """Return all characters by name, each with its versions, the newest first.

    Characters of a library belong to the project without a name.
    """
    return rows_of(connection, sql("list_characters"), {})
