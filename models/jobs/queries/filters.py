"""Which jobs are meant: a filter, and the SQL condition that it comes to."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from . import sql

if TYPE_CHECKING:
    from psycopg import Connection

NONE = "none"  # of a review or a verdict: there is none
SHA256 = re.compile(r"[0-9a-f]{64}", re.IGNORECASE)


# Each is true of a job that has what the filter names.
CONDITIONS = {
    "state": "jobs.state = %(state)s",
    "source": "jobs.source = %(source)s",
    "model": "jobs.model = %(model)s",
    "tag": "jobs.tags @> ARRAY[%(tag)s]",
    "since": "jobs.created_at >= %(since)s",
    "until": "jobs.created_at < %(until)s",
}
OF_FILE = "jobs.id IN (SELECT job_id FROM anime.artifacts WHERE {column} = %(file)s)"
OF_TEXT = "jobs.id IN (SELECT job_id FROM anime.job_words WHERE grams @> %(grams)s AND {found})"


@dataclass(frozen=True)
class JobQuery:
    """What jobs must be; None is anything.

    Attributes:
        project, episode, scene, shot, character: its names.
        model: the files of its models, with plus signs between several.
        tag: one of its tags.
        state: a `JobState`'s value.
        verdict: a `Verdict`'s value, or `NONE`: nothing was measured.
        source: a `JobSource`'s value.
        review: a `ReviewVerdict`'s value, the newest review's, or `NONE`: nobody judged it.
        since, until: when it was made; from the first, up to but without the second.
        text: words that must all occur in its names, tags or prompts, in any script.
        file: that it wrote: a path relative to the output folder, or a sha256.
    """

    project: str | None = None
    episode: str | None = None
    scene: str | None = None
    shot: str | None = None
    character: str | None = None
    model: str | None = None
    tag: str | None = None
    state: str | None = None
    verdict: str | None = None
    source: str | None = None
    review: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    text: str | None = None
    file: str | None = None

    def __str__(self) -> str:
        """The filter, as an error says it."""
        parts = [f"{name} {value!r}" for name, value in vars(self).items() if value is not None]
        return ", ".join(parts) or "anything"


@dataclass(frozen=True)
class Condition:
    """A condition on `anime.jobs`, for a WHERE, and the values in it."""

    sql: str
    values: dict[str, Any]


def condition_of(connection: "Connection", wanted: JobQuery) -> Condition | None:
    """The condition that a filter comes to; None where nothing can be as it names.

    Names are looked up first, so that the database plans with the ids that they have.
    """
    values: dict[str, Any] = {
        name: value.replace("\0", "") if isinstance(value, str) else value
        for name, value in vars(wanted).items()
    }
    parts = [sql for name, sql in CONDITIONS.items() if values[name] is not None]
    for name in ("verdict", "review"):
        if values[name] is not None:
            parts.append(
                f"jobs.{name}" + (" IS NULL" if values[name] == NONE else f" = %({name})s")
            )
    values["project_id"] = None
    if wanted.project is not None:
        ids = _ids(connection, sql("project_of_name"), values)
        if not ids:
            return None
        values["project_id"] = ids[0]
        parts.append("jobs.project_id = %(project_id)s")
    if any(each is not None for each in (wanted.episode, wanted.scene, wanted.shot)):
        values["shots"] = _ids(connection, sql("shots_of_names"), values)
        parts.append(_one_of("shot_id", "shots", values["shots"]))
    if wanted.character is not None:
        values["characters"] = _ids(connection, sql("characters_of_name"), values)
        parts.append(_one_of("character_id", "characters", values["characters"]))
    if wanted.file is not None:
        parts.append(_of_file(values))
    if wanted.text is not None:
        parts.append(_of_text(connection, values))
    if "false" in parts:
        return None
    return Condition(" AND ".join(parts) or "true", values)


def _ids(connection: "Connection", query: bytes, values: dict[str, Any]) -> list[int]:
    return [row[0] for row in connection.execute(query, values, prepare=False)]


def _one_of(column: str, name: str, ids: list[int]) -> str:
    """A single one is asked for by `=`, which an index gives in the order of time."""
    if not ids:
        return "false"
    return f"jobs.{column} = " + (f"(%({name})s)[1]" if len(ids) == 1 else f"ANY(%({name})s)")


def _of_file(values: dict[str, Any]) -> str:
    if SHA256.fullmatch(values["file"]):
        values["file"] = values["file"].lower()
        return OF_FILE.format(column="sha256")
    values["file"] = values["file"].replace("\\", "/").removeprefix("./").lstrip("/")
    return OF_FILE.format(column="path")


def _of_text(connection: "Connection", values: dict[str, Any]) -> str:
    """Pairs of letters find the few jobs in which the words may occur; then it is looked."""
    row = connection.execute(sql("folded_text"), values).fetchone()
    words = dict.fromkeys(row[0].split() if row else ())
    if not words:
        return "true"
    grams: dict[str, None] = {}
    for word in words:
        pairs = [word[place : place + 2] for place in range(len(word) - 1)]
        grams.update(dict.fromkeys(pairs or [word]))
    values["grams"] = list(grams)
    names = {f"word_{number}": word for number, word in enumerate(words)}
    values.update(names)
    return OF_TEXT.format(found=" AND ".join(f"strpos(words, %({each})s) > 0" for each in names))
