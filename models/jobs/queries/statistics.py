"""Figures of many jobs: how many passed, and how the last ones went."""

from statistics import median
from typing import TYPE_CHECKING, Any

from . import sql
from .filters import JobQuery, condition_of
from .rows import rows_of

if TYPE_CHECKING:
    from psycopg import Connection

DAY = "(jobs.created_at AT TIME ZONE 'UTC')::date"
PHASE = """
JOIN anime.attempts ON attempts.job_id = jobs.id
JOIN anime.phases ON phases.id = attempts.phase_id
JOIN anime.phase_definitions ON phase_definitions.version = phases.version
"""
# What jobs are grouped by: the key, its type, and where it comes from beside `anime.jobs`.
KEYS = {
    "character": ("jobs.character_id", "bigint", ""),
    "model": ("jobs.model", "text", ""),
    "phase": ("phase_definitions.name", "text", PHASE),
    "project": ("jobs.project_id", "bigint", ""),
    "day": (DAY, "date", ""),  # by a query of its own, as a day is a span of the index by time
}

# Completed jobs without a pass or a fail by their verdict, all others by their state.
UNJUDGED = {"NOT_MEASURED": "not_measured", None: "no_report"}
NOT_COMPLETED = {"failed": "failed", "cancelled": "cancelled", "lost": "lost"}

# A day is a span of time, so that the index by time gives it.
OF_DAY = """
jobs.created_at >= keys.key::timestamp AT TIME ZONE 'UTC'
    AND jobs.created_at < (keys.key + 1)::timestamp AT TIME ZONE 'UTC'
"""

NAMED = ("project", "character")  # keys that are ids of named rows


def statistics(
    connection: "Connection", wanted: JobQuery, by: str, last: int, limit: int
) -> list[dict[str, Any]]:
    """The figures of each group of jobs, those with the newest jobs first.

    Args:
        connection: to the database.
        wanted: which jobs.
        by: a key of `KEYS`.
        last: how many of a group's newest finished jobs are looked at closely.
        limit: most groups.

    Returns:
        For each group its `key` and `project` (of a character), `jobs`, how many of them are in
        each of the `states` and have each of the `verdicts`, how many `passed`, `failed` and were
        `not_judged`, which add up to `jobs`, their `pass_rate` (of those that passed or failed),
        and the same of its `last` jobs and of as many `before` them, with the medians of score and
        time; rates and medians are None where nothing was measured.
    """
    condition = condition_of(connection, wanted)
    if condition is None:
        return []
    key, kind, source = KEYS[by]
    query = sql("counts_by_day" if by == "day" else "counts_by_key", key=key, source=source,
                of_day=OF_DAY, condition=condition.sql)  # fmt: skip
    with connection.transaction():
        connection.execute(sql("plan_for_indexes"))
        rows = rows_of(connection, query, {**condition.values, "limit": limit})
    groups: dict[Any, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row["key"], []).append(row)
    newest = {each: max(row["newest"] for row in of_key) for each, of_key in groups.items()}
    keys = sorted(groups, key=lambda each: (newest[each], str(each)), reverse=True)[:limit]
    values = {**condition.values, "keys": keys, "twice": 2 * last}
    named = rows_of(connection, sql(f"names_of_{by}s"), values) if by in NAMED else []
    names = {row["id"]: row for row in named}
    of_key = OF_DAY if by == "day" else f"{key} = keys.key"
    query = sql("last_by_key", kind=kind, of_key=of_key, source=source, condition=condition.sql)
    recent: dict[Any, list[dict[str, Any]]] = {}
    for row in rows_of(connection, query, values) if keys else []:
        recent.setdefault(row["key"], []).append(row)
    return [
        {
            "key": names[each]["name"] if by in NAMED else str(each),
            "project": names[each]["project"] if by in NAMED else None,
            **_all(groups[each]),
            "last": _some(recent.get(each, [])[:last]),
            "before": _some(recent.get(each, [])[last:]),
        }
        for each in keys
    ]


def _all(rows: list[dict[str, Any]]) -> dict[str, Any]:
    states: dict[str, int] = {}
    verdicts = {"PASS": 0, "FAIL": 0, "NOT_MEASURED": 0}
    not_judged = dict.fromkeys((*UNJUDGED.values(), *NOT_COMPLETED.values(), "unfinished"), 0)
    for row in rows:
        states[row["state"]] = states.get(row["state"], 0) + row["jobs"]
        if row["verdict"] is not None:
            verdicts[row["verdict"]] += row["jobs"]
        if row["state"] != "completed":
            not_judged[NOT_COMPLETED.get(row["state"], "unfinished")] += row["jobs"]
        elif row["verdict"] in UNJUDGED:
            not_judged[UNJUDGED[row["verdict"]]] += row["jobs"]
    return {
        "jobs": sum(states.values()),
        "states": states,
        "verdicts": verdicts,
        "passed": verdicts["PASS"],  # only a completed job has a verdict
        "failed": verdicts["FAIL"],
        "not_judged": not_judged,
        "pass_rate": _rate(verdicts["PASS"], verdicts["FAIL"]),
    }


def _some(rows: list[dict[str, Any]]) -> dict[str, Any]:
    verdicts = [row["verdict"] for row in rows]
    scores = [row["score"] for row in rows if row["score"] is not None]
    seconds = [row["seconds"] for row in rows if row["seconds"] is not None]
    return {
        "jobs": len(rows),
        "passed": verdicts.count("PASS"),
        "failed": verdicts.count("FAIL"),
        "pass_rate": _rate(verdicts.count("PASS"), verdicts.count("FAIL")),
        "median_score": round(median(scores), 2) if scores else None,
        "median_seconds": round(median(seconds), 3) if seconds else None,
        "scores": [None if row["score"] is None else round(row["score"], 2) for row in rows],
    }


def _rate(passed: int, failed: int) -> float | None:
    return round(passed / (passed + failed), 4) if passed + failed else None
