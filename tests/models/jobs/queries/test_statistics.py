from collections import Counter

from anime_production.benchmarks.many_jobs import fill
from anime_production.models.jobs.queries.filters import JobFilter
from anime_production.models.jobs.queries.statistics import statistics

LAST = 3

EVERY_JOB = """
SELECT (jobs.created_at AT TIME ZONE 'UTC')::date::text, projects.name, jobs.state, jobs.verdict
FROM anime.jobs JOIN anime.projects ON projects.id = jobs.project_id
ORDER BY jobs.created_at DESC
"""
FILTERS = [
    (JobFilter(), lambda project, state, verdict: True),
    (JobFilter(project="Production 3"), lambda project, state, verdict: project == "Production 3"),
    (JobFilter(state="lost"), lambda project, state, verdict: state == "lost"),
    (JobFilter(verdict="FAIL"), lambda project, state, verdict: verdict == "FAIL"),
    (JobFilter(project="Autumn"), lambda project, state, verdict: False),
]


def test_days_are_counted_as_one_by_one(database):
    with database.connect() as connection:
        fill(connection, 3000)
        every_job = connection.execute(EVERY_JOB).fetchall()
        for wanted, is_wanted in FILTERS:
            jobs = [row for row in every_job if is_wanted(*row[1:])]
            days = list(dict.fromkeys(day for day, *_ in jobs))  # newest first
            for limit in (3, 1000):
                found = statistics(connection, wanted, "day", LAST, limit)
                assert [each["key"] for each in found] == days[:limit]
                for each in found:
                    expect(each, [row for row in jobs if row[0] == each["key"]])


def expect(figures, jobs) -> None:
    """Figures of a day hold what its jobs do."""
    assert figures["jobs"] == len(jobs)
    assert figures["states"] == Counter(state for _, _, state, _ in jobs)
    verdicts = Counter(verdict for *_, verdict in jobs if verdict)
    assert {name: count for name, count in figures["verdicts"].items() if count} == verdicts
