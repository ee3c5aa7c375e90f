from collections import Counter

from anime_production.benchmarks.many_jobs import fill
from anime_production.models.jobs.queries.filters import JobQuery
from anime_production.models.jobs.queries.statistics import statistics

LAST = 3

EVERY_JOB = """
SELECT (jobs.created_at AT TIME ZONE 'UTC')::date::text, projects.name, jobs.state, jobs.verdict
FROM anime.jobs JOIN anime.projects ON projects.id = jobs.project_id
ORDER BY jobs.created_at DESC
"""
# Jobs that run still or had nothing to measure, of which the benchmark has none.
ODD_JOBS = """
UPDATE anime.jobs SET verdict = NULL, score = NULL, judged_by = NULL
WHERE state = 'completed' AND score BETWEEN 10 AND 20;
UPDATE anime.jobs SET verdict = NULL, score = NULL, judged_by = NULL, finished_at = NULL,
    state = CASE WHEN score < 25 THEN 'pending' ELSE 'in_progress' END
WHERE score BETWEEN 20 AND 30
"""
FILTERS = [
    (JobQuery(), lambda project, state, verdict: True),
    (JobQuery(project="Production 3"), lambda project, state, verdict: project == "Production 3"),
    (JobQuery(state="lost"), lambda project, state, verdict: state == "lost"),
    (JobQuery(verdict="FAIL"), lambda project, state, verdict: verdict == "FAIL"),
    (JobQuery(project="Autumn"), lambda project, state, verdict: False),
]


def test_days_are_counted_as_one_by_one(every_connection):
    fill(every_connection, 1000)
    every_connection.execute(ODD_JOBS)
    every_job = every_connection.execute(EVERY_JOB).fetchall()
    for wanted, is_wanted in FILTERS:
        jobs = [row for row in every_job if is_wanted(*row[1:])]
        days = list(dict.fromkeys(day for day, *_ in jobs))  # newest first
        for limit in (3, 1000):
            found = statistics(every_connection, wanted, "day", LAST, limit)
            assert [each["key"] for each in found] == days[:limit]
            for each in found:
                expect(each, [row for row in jobs if row[0] == each["key"]])


def expect(figures, jobs) -> None:
    """Figures of a day hold what its jobs do."""
    assert figures["jobs"] == len(jobs)
    assert figures["states"] == Counter(state for _, _, state, _ in jobs)
    verdicts = Counter(verdict for *_, verdict in jobs if verdict)
    assert {name: count for name, count in figures["verdicts"].items() if count} == verdicts
    not_judged = figures["not_judged"]
    assert figures["passed"] + figures["failed"] + sum(not_judged.values()) == len(jobs)
    kinds = Counter(kind_of(state, verdict) for _, _, state, verdict in jobs)
    assert {name: count for name, count in not_judged.items() if count} == {
        name: count for name, count in kinds.items() if name not in ("PASS", "FAIL")
    }
    assert (figures["passed"], figures["failed"]) == (kinds["PASS"], kinds["FAIL"])


def kind_of(state, verdict) -> str:
    """What one job counts as."""
    if state != "completed":
        return "unfinished" if state in ("pending", "in_progress") else state
    return {"PASS": "PASS", "FAIL": "FAIL", "NOT_MEASURED": "not_measured"}.get(
        verdict, "no_report"
    )
