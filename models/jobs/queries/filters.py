"""Queries for jobs, and the SQL conditions that they are turned into."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..strict_json import without_unstorable
from . import sql

if TYPE_CHECKING:
    from psycopg import Connection

NONE = "none"  # value of the filters verdict and review for jobs that have none
SHA256 = re.compile(r"[0-9a-f]{64}", re.IGNORECASE)


# SQL conditions of the filters that compare a column of the job with a value.
CONDITIONS = {
    "state": "jobs.state = %(state)s",
    "source": "jobs.source = %(source)s",
    "model": "jobs.model = %(model)s",
    "tag": "jobs.tags @> ARRAY[%(tag)s]",
    "since": "jobs.created_at >= %(since)s",
    "until": "jobs.created_at < %(until)s",
}
FILE_CONDITION = "jobs.id IN (SELECT job_id FROM anime.artifacts WHERE {column} = %(file)s)"
TEXT_CONDITION = """
jobs.id IN (SELECT job_id FROM anime.job_words WHERE grams @> %({grams})s AND {contains_words})"""
# A word that is the seed of a job finds the job too. The jobs are found by two indexes, and only
# the union of both is looked for in the list.
SEED_CONDITION = """
jobs.id IN (
    SELECT job_id FROM anime.job_words WHERE grams @> %({grams})s AND {contains_words}
    UNION SELECT job_id FROM anime.generation_parameters
    WHERE kind = 'seed' AND number = %({seed})s::numeric AND number IS NOT NULL
    UNION SELECT job_id FROM anime.retry_attempts WHERE seed = %({seed})s::numeric
)"""
SEED = re.compile(r"[0-9]{1,20}")  # the largest seed, 2 ** 64 - 1, has 20 digits
GROUP = "{project}.{shot}"  # ids of a project and of a shot; 0 is the group without a shot
GROUP_IDS = re.compile(r"([0-9]{1,18})\.([0-9]{1,18})")


@dataclass(frozen=True)
class JobQuery:
    """A query for jobs; a job must meet every condition that isn't None.

    Attributes:
        project, episode, scene, shot, character: names of the job.
        model: file names of the job's models, joined by ` + `.
        tag: one of the job's tags.
        state: value of a `JobState`.
        verdict: value of a `Verdict`, or `NONE` for jobs without a verdict.
        source: value of a `JobSource`.
        review: value of the `ReviewVerdict` of the newest review, or `NONE` for jobs without one.
        since, until: earliest time of creation, and the first time that is too late.
        text: words that must all occur in the job's names, tags or prompts, in any script, or be
            one of its seeds.
        file: file that the job wrote: a path relative to the output folder, or a SHA-256.
        group: key of a shot that `list_shots` returned.

    Examples:
        >>> str(JobQuery(project="Lighthouse", state="completed"))
        "project 'Lighthouse', state 'completed'"
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
    group: str | None = None

    def __str__(self) -> str:
        """Return the conditions as text, for an error message."""
        parts = [f"{name} {value!r}" for name, value in vars(self).items() if value is not None]
        return ", ".join(parts) or "anything"


@dataclass(frozen=True)
class Condition:
    """A condition on `anime.jobs` for a WHERE clause, with the values of its placeholders."""

    sql: str
    values: dict[str, Any]


def condition_of(connection: "Connection", query: JobQuery) -> Condition | None:
    """Return the SQL condition of a query; None if no job can meet it.

    Names are replaced by ids first, because the database plans better with ids.
    """
    values: dict[str, Any] = {
        name: without_unstorable(value) if isinstance(value, str) else value
        for name, value in vars(query).items()
    }
    parts = [part for name, part in CONDITIONS.items() if values[name] is not None]
    for name in ("verdict", "review"):
        if values[name] is not None:
            parts.append(
                f"jobs.{name}" + (" IS NULL" if values[name] == NONE else f" = %({name})s")
            )
    values["project_id"] = None
    if query.project is not None:
        ids = _ids(connection, sql("project_by_name"), values)
        if not ids:
            return None
        values["project_id"] = ids[0]
        parts.append("jobs.project_id = %(project_id)s")
    if any(each is not None for each in (query.episode, query.scene, query.shot)):
        values["shots"] = _ids(connection, sql("shots_by_name"), values)
        parts.append(_one_of("shot_id", "shots", values["shots"]))
    if query.character is not None:
        values["characters"] = _ids(connection, sql("characters_by_name"), values)
        parts.append(_one_of("character_id", "characters", values["characters"]))
    if query.group is not None:
        parts.append(_group_condition(values))
    if query.file is not None:
        parts.append(_file_condition(values))
    if query.text is not None:
        parts.append(_text_condition(connection, values))
    if "false" in parts:
        return None
    return Condition(" AND ".join(parts) or "true", values)


def _ids(connection: "Connection", statement: bytes, values: dict[str, Any]) -> list[int]:
    return [row[0] for row in connection.execute(statement, values, prepare=False)]


def _one_of(column: str, name: str, ids: list[int]) -> str:
    """Return the condition that a column holds one of some ids.

    A single id is compared by `=`, so that an index returns the jobs in the order of time.
    """
    if not ids:
        return "false"
    return f"jobs.{column} = " + (f"(%({name})s)[1]" if len(ids) == 1 else f"ANY(%({name})s)")


def _file_condition(values: dict[str, Any]) -> str:
    if SHA256.fullmatch(values["file"]):
        values["file"] = values["file"].lower()
        return FILE_CONDITION.format(column="sha256")
    values["file"] = values["file"].replace("\\", "/").removeprefix("./").lstrip("/")
    return FILE_CONDITION.format(column="path")


def _text_condition(connection: "Connection", values: dict[str, Any]) -> str:
    """Return the condition that a job contains all words of the text.

    An index of letter pairs finds the few jobs in which the words can occur; only their texts are
    searched.
    """
    row = connection.execute(sql("folded_text"), values).fetchone()
    words = dict.fromkeys(row[0].split() if row else ())
    if not words:
        return "true"
    seeds = [word for word in words if SEED.fullmatch(word) and _is_seed(connection, word)]
    parts = [
        _words_condition(values, f"seed_{number}", [word], SEED_CONDITION)
        for number, word in enumerate(seeds)
    ]
    name_words = [word for word in words if word not in seeds]
    if name_words:
        parts.append(_words_condition(values, "words", name_words, TEXT_CONDITION))
    return " AND ".join(parts)


def _words_condition(values: dict[str, Any], name: str, words: list[str], template: str) -> str:
    """Return a condition for words that must all occur, and add the values of its placeholders."""
    grams: dict[str, None] = {}
    for word in words:
        pairs = [word[start : start + 2] for start in range(len(word) - 1)]
        grams.update(dict.fromkeys(pairs or [word]))
    word_values = {f"{name}_{number}": word for number, word in enumerate(words)}
    values |= {f"{name}_grams": list(grams), **word_values}
    contains_words = " AND ".join(f"strpos(words, %({each})s) > 0" for each in word_values)
    return template.format(
        grams=f"{name}_grams", contains_words=contains_words, seed=next(iter(word_values))
    )


def _is_seed(connection: "Connection", word: str) -> bool:
    """Return True if a job was made with this seed."""
    return connection.execute(sql("job_of_seed"), {"seed": word}, prepare=False).rowcount > 0


def _group_condition(values: dict[str, Any]) -> str:
    ids = GROUP_IDS.fullmatch(values["group"])
    if ids is None:
        return "false"
    values["group_project"], values["group_shot"] = map(int, ids.groups())
    shot = "= %(group_shot)s" if values["group_shot"] else "IS NULL"
    return f"jobs.project_id = %(group_project)s AND jobs.shot_id {shot}"
