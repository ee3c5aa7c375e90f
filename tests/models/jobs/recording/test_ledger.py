# mypy: disable-error-code="union-attr"
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from psycopg import IntegrityError

from anime_production.models.jobs.job import new_job
from anime_production.models.jobs.queries.history import find_job
from anime_production.models.jobs.recording.events import CharacterSaved, JobStarted
from anime_production.models.jobs.recording.ledger import write

TABLES = ("projects", "shots", "characters", "machines", "jobs", "job_events", "reports",
          "measurements", "artifacts", "character_versions", "character_references")  # fmt: skip

NEWEST = """
SELECT versions.id, characters.name, projects.name, folder, version, sha256, model, backend,
    threshold, calibrated, saved_at,
    (SELECT count(*) FROM anime.character_references WHERE version_id = versions.id)
FROM anime.character_versions AS versions
JOIN anime.characters ON characters.id = character_id
JOIN anime.projects ON projects.id = project_id
ORDER BY saved_at DESC LIMIT 1
"""


def rows(connection) -> dict[str, int]:
    counts = {}
    for table in TABLES:
        query = f"SELECT count(*) FROM anime.{table}"
        counts[table] = connection.execute(query.encode()).fetchone()[0]
    return counts


def test_what_was_written_is_read_back_exactly(every_connection, story, report):
    for event in story:
        assert write(every_connection, event)
    started, written, finished = story
    for wanted in (str(started.job.id), "8c1f"):
        record = find_job(every_connection, wanted)
        assert record.job == started.job
        assert record.state == "failed"
        times = record.columns["started_at"], record.columns["finished_at"]
        assert times == (finished.started_at, finished.finished_at)
        assert record.error == finished.error
        assert record.reports == tuple(each.read() for each in finished.reports)
        assert [each.report.to_dict() for each in record.reports] == [report.to_dict()] * 2
        assert record.artifacts == (written.artifact,)


def test_an_event_that_comes_again_changes_nothing(connection, story):
    for event in story:
        write(connection, event)
    before, record = rows(connection), find_job(connection, "8c1f")
    assert before["measurements"] == 6
    assert [write(connection, event) for event in story] == [False] * 3
    assert rows(connection) == before
    assert find_job(connection, "8c1f") == record


def test_events_may_come_in_any_order(connection, story):
    for event in reversed(story):
        assert write(connection, event)
    assert find_job(connection, "8c1f").state == "failed"
    assert rows(connection)["job_events"] == 3


def test_jobs_of_one_shot_share_its_rows(connection):
    for _ in range(3):
        write(connection, JobStarted(new_job(None, "Winter", "03", "012", "Hana")))
    write(connection, JobStarted(new_job(None, "Summer", "03", "012", "Hana")))
    counts = rows(connection)
    assert (counts["projects"], counts["shots"], counts["characters"]) == (2, 2, 2)
    assert (counts["jobs"], counts["machines"]) == (4, 1)


def test_the_newest_job_of_a_prompt_is_found(connection):
    jobs = [new_job("again", project=str(number)) for number in range(3)]
    for job in jobs:
        write(connection, JobStarted(job))
    assert find_job(connection, "again").job == jobs[-1]
    assert find_job(connection, str(jobs[0].id)).job == jobs[0]


def test_an_unfinished_job_has_no_verdict_and_no_end(connection):
    job = new_job(None)
    write(connection, JobStarted(job))
    found = find_job(connection, str(job.id)).to_dict()["job"]
    assert found["state"] == "in_progress"
    assert found["verdict"] is found["score"] is found["finished_at"] is found["error"] is None


@pytest.mark.parametrize("wanted", ["", "nobody", "a\0b", str(UUID(int=7)), "'; DROP TABLE x; --"])
def test_what_is_not_there_is_not_found(connection, wanted: str):
    assert find_job(connection, wanted) is None


def test_the_graph_is_kept_as_it_was_sent(connection, story):
    write(connection, story[-1])
    (graph,) = connection.execute("SELECT graph FROM anime.jobs").fetchone()
    assert graph == {"1": {"class_type": "AnimeJob", "inputs": {"seed": 2**64 - 1}}}


def newer(event: CharacterSaved, number: int) -> CharacterSaved:
    """The same character, saved again later."""
    character = event.character
    at = character.saved_at + timedelta(minutes=number)
    version = character.version + number
    return CharacterSaved(replace(character, id=uuid4(), version=version, saved_at=at))


def test_a_saved_character_is_read_back_exactly(every_connection, saved):
    assert write(every_connection, saved)
    it = saved.character
    assert every_connection.execute(NEWEST).fetchone() == (
        it.id, it.name, "", it.folder, it.version, it.sha256, it.model, it.backend, it.threshold,
        it.calibrated, it.saved_at, 3,
    )  # fmt: skip
    query = "SELECT status, used, similarity FROM anime.character_references ORDER BY position"
    assert every_connection.execute(query).fetchall() == [
        (each.standing, each.used, each.similarity) for each in it.references
    ]


def test_a_saved_character_that_comes_again_changes_nothing(connection, saved):
    write(connection, saved)
    before = rows(connection)
    assert not write(connection, saved)
    assert rows(connection) == before


def test_a_character_is_one_row_however_many_versions_come_in_any_order(connection, saved):
    events = [newer(saved, 2), saved, newer(saved, 1)]
    assert all(write(connection, event) for event in events)
    counts = rows(connection)
    assert (counts["characters"], counts["projects"], counts["machines"]) == (1, 1, 1)
    assert (counts["character_versions"], counts["character_references"]) == (3, 9)
    assert connection.execute(NEWEST).fetchone()[0] == events[0].id


def test_a_job_without_a_project_names_the_librarys_character(connection, saved):
    write(connection, saved)
    write(connection, JobStarted(new_job("a", character=saved.character.name)))
    write(connection, JobStarted(new_job("b", "Winter", character=saved.character.name)))
    counts = rows(connection)
    assert (counts["characters"], counts["projects"]) == (2, 2)
    found = connection.execute(
        "SELECT prompt_id FROM anime.jobs JOIN anime.character_versions USING (character_id)"
    ).fetchall()
    assert found == [("a",)]


@pytest.mark.parametrize(
    "wrong",
    [{"version": 0}, {"sha256": "no hash"}, {"folder": ""}, {"model": ""}, {"threshold": None}],
)
def test_the_database_refuses_what_no_library_can_hold(connection, saved, wrong: dict):
    with pytest.raises(IntegrityError):
        write(connection, CharacterSaved(replace(saved.character, **wrong)))
