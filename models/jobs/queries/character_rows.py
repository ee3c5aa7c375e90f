"""The rows of a character that was saved in a library."""

import platform
from typing import TYPE_CHECKING, Any

from ..character_version import CharacterVersion
from .job_rows import id_of

if TYPE_CHECKING:
    from psycopg import Connection

ADD_CHARACTER_VERSION = """
INSERT INTO anime.character_versions
    (id, character_id, machine_id, folder, version, sha256, model, backend, threshold, calibrated,
     saved_at)
VALUES
    (%(id)s, %(character_id)s, %(machine_id)s, %(folder)s, %(version)s, %(sha256)s, %(model)s,
     %(backend)s, %(threshold)s, %(calibrated)s, %(saved_at)s)
ON CONFLICT (id) DO NOTHING
"""

ADD_CHARACTER_REFERENCE = """
INSERT INTO anime.character_references (version_id, position, standing, used, similarity)
VALUES (%(version_id)s, %(position)s, %(standing)s, %(used)s, %(similarity)s)
"""


def add_character_version(connection: "Connection", character: CharacterVersion) -> bool:
    """Add a version of a character, and the character where it isn't there yet.

    Returns:
        Whether the version was new.
    """
    values: dict[str, Any] = {**vars(character), "machine": platform.node()}
    # A library is no project's; the migration says why its characters stand under the nameless.
    values |= {"project": "", "character": character.name}
    values["machine_id"] = id_of(connection, "machine", values)
    values["project_id"] = id_of(connection, "project", values)
    values["character_id"] = id_of(connection, "character", values)
    if connection.execute(ADD_CHARACTER_VERSION, values).rowcount == 0:
        return False
    rows = [
        {"version_id": character.id, "position": position, **vars(reference)}
        for position, reference in enumerate(character.references)
    ]
    with connection.cursor() as cursor:
        cursor.executemany(ADD_CHARACTER_REFERENCE.encode(), rows)
    return True
