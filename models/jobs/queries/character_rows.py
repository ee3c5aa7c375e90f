"""Rows of characters that were saved in a library."""

import platform
from typing import TYPE_CHECKING, Any

from ..character_version import CharacterVersion
from . import sql
from .job_rows import id_of

if TYPE_CHECKING:
    from psycopg import Connection


def add_character_version(connection: "Connection", character: CharacterVersion) -> bool:
    """Add a version of a character, and the character itself if it is new.

    Returns:
        True if the version was new.
    """
    values: dict[str, Any] = {**vars(character), "machine": platform.node()}
    # A library belongs to no project, so its characters belong to the project without a name; the
    # migration 0002_character_versions.sql gives the reason.
    values |= {"project": "", "character": character.name}
    values["machine_id"] = id_of(connection, "machine", values)
    values["project_id"] = id_of(connection, "project", values)
    values["character_id"] = id_of(connection, "character", values)
    if connection.execute(sql("add_character_version"), values).rowcount == 0:
        return False
    rows = [
        {
            "version_id": character.id,
            "position": position,
            "status": reference.standing,
            "used": reference.used,
            "similarity": reference.similarity,
        }
        for position, reference in enumerate(character.references)
    ]
    with connection.cursor() as cursor:
        cursor.executemany(sql("add_character_reference"), rows)
    return True
