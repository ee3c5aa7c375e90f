"""Statistics of many jobs: numbers of passed and failed jobs, and results of the last ones."""

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
# Keys by which jobs can be grouped: SQL expression, SQL type, and the joins that it needs.
KEYS = {
    "character": ("jobs.character_id", "bigint", ""),
    "model": ("jobs.model", "text", ""),
    "phase": ("phase_definitions.name", "text", PHASE),
    "project": ("jobs.project_id", "bigint", ""),
    "day": (DAY, "date", ""),  # has its own query, which reads a range of the index by time
}

# Names for jobs that neither passed nor failed: completed ones by verdict, all others by state.
UNJUDGED = {"NOT_MEASURED": "not_measured", None: "no_report"}
NOT_COMPLETED = {"failed": "failed", "cancelled": "cancelled", "lost": "lost"}

# A condition on the time itself, so that the database can use the index by time.
OF_DAY = """
jobs.created_at >= keys.key::timestamp AT TIME ZONE 'UTC'
    AND jobs.created_at < (keys.key + 1)::timestamp AT TIME ZONE 'UTC'
"""

NAMED = ("project", "character")  # keys that are ids of rows with a name


def statistics(
    connection: "Connection", query: JobQuery, by: str, last: int, limit: int
) -> list[dict[str, Any]]:
    """Return the statistics of each group of jobs, the group of the newest job first.

    Args:
        connection: connection to the database.
        query: conditions that the jobs must meet.
        by: key of `KEYS` that the jobs are grouped by.
        last: number of newest finished jobs that `last` describes for each group; `before`
            describes as many jobs before them.
        limit: largest number of groups.

    Returns:
        For each group: its `key` and (for a character) `project`; `jobs`, the number of jobs, also
        by state in `states` and by verdict in `verdicts`; `passed`, `failed` and `not_judged`,
        which add up to `jobs`; `pass_rate`, the share of passed jobs among those that passed or
        failed. `last` and `before` contain the same for the newest finished jobs and for as many
        before them, with the medians of score and time. Rates and medians are None if nothing was
        measured.
    """
    condition = condition_of(connection, query)
    if condition is None:
        return []
    key, kind, source = KEYS[by]
    counts = sql("counts_by_day" if by == "day" else "counts_by_key", key=key, source=source,
                 of_day=OF_DAY, condition=condition.sql)  # fmt: skip
    with connection.transaction():
        connection.execute(sql("plan_for_indexes"))
        rows = rows_of(connection, counts, {**condition.values, "limit": limit})
    groups: dict[Any, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row["key"], []).append(row)
    newest = {each: max(row["newest"] for row in group) for each, group in groups.items()}
    keys = sorted(groups, key=lambda each: (newest[each], str(each)), reverse=True)[:limit]
    values = {**condition.values, "keys": keys, "twice": 2 * last}
    name_rows = rows_of(connection, sql(f"names_of_{by}s"), values) if by in NAMED else []
    names = {row["id"]: row for row in name_rows}
    of_key = OF_DAY if by == "day" else f"{key} = keys.key"
    newest_jobs = sql(
        "last_by_key", kind=kind, of_key=of_key, source=source, condition=condition.sql
    )
    recent: dict[Any, list[dict[str, Any]]] = {}
    for row in rows_of(connection, newest_jobs, values) if keys else []:
        recent.setdefault(row["key"], []).append(row)
    return [
        {
            "key": names[each]["name"] if by in NAMED else str(each),
            "project": names[each]["project"] if by in NAMED else None,
            **_totals(groups[each]),
            "last": _recent_results(recent.get(each, [])[:last]),
            "before": _recent_results(recent.get(each, [])[last:]),
        }
        for each in keys
    ]


def _totals(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the numbers of a group from its counts by state and verdict."""
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


def _recent_results(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return numbers, medians and scores of some finished jobs."""
    verdicts = [row["verdict"] for row in rows]
    scores = [row["score"] for row in rows if row["score"] is not None]
    seconds = [row["seconds"] for row in rows if row["seconds"] is not None]
    return {
        "jobs": len(rows),
        "passed": verdicts.count("PASS"),
        "failed": verdicts.count("FAIL"),
        "pass_rate": _rate(verdicts.count("PASS"), verdicts.count("FAIL")),
        "median_score": median(scores) if scores else None,
        "median_seconds": round(median(seconds), 3) if seconds else None,
        "scores": [row["score"] for row in rows],
    }


def _rate(passed: int, failed: int) -> float | None:
    return round(passed / (passed + failed), 4) if passed + failed else None
