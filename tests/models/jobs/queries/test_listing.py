from dataclasses import replace
from datetime import datetime, timedelta, timezone
from uuid import UUID

import pytest

from anime_production.benchmarks.many_jobs import fill
from anime_production.models.jobs.job import JobSource, JobState, new_job
from anime_production.models.jobs.queries.cursors import CursorError, cursor_of
from anime_production.models.jobs.queries.filters import JobQuery, condition_of
from anime_production.models.jobs.queries.listing import list_jobs, page_statement
from anime_production.models.jobs.queries.orders import BEST
from anime_production.models.jobs.queries.shots import list_shots
from anime_production.models.jobs.recording.events import JobFinished, JobQueued, JobStarted
from anime_production.models.jobs.recording.ledger import write

BEGAN = datetime(2026, 3, 1, tzinfo=timezone.utc)


@pytest.fixture
def connection(every_database):
    with every_database.connect(None) as connection:
        yield connection


def prompts(connection, wanted: JobQuery, **how) -> list[str]:
    """The prompt ids of the jobs that are found, in their order."""
    return [job["prompt_id"] for job in list_jobs(connection, wanted, 50, **how).jobs]


def add(connection, prompt_id: str, graph=None, at=BEGAN, **names) -> None:
    """Write a job as its queueing says it."""
    source = names.pop("source", JobSource.API)
    job = replace(new_job(prompt_id, **names), created_at=at, source=source)
    with connection.transaction():
        write(connection, JobQueued(job, graph or {}))


def test_every_filter_finds_its_jobs_and_no_others(connection):
    add(connection, "a", project="Winter", episode="01", scene="03", shot="012", character="Hana",
        tags="night, snow")  # fmt: skip
    add(connection, "b", project="Winter", scene="03", at=BEGAN + timedelta(days=1),
        source=JobSource.EDITOR)  # fmt: skip
    add(connection, "c", project="Summer", scene="03", character="Hana", tags="snow",
        at=BEGAN + timedelta(days=2))  # fmt: skip
    of_model = {"1": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "a.pt"}}}
    add(connection, "d", of_model, at=BEGAN - timedelta(days=1), project="Spring")
    found = {
        "cbad": JobQuery(),
        "d": JobQuery(model="a.pt"),
        "ba": JobQuery(project="Winter"),
        "cba ": JobQuery(scene="03"),
        "a": JobQuery(episode="01"),
        "a ": JobQuery(shot="012", project="Winter"),
        "ca": JobQuery(character="Hana"),
        "c": JobQuery(character="Hana", project="Summer"),
        "ca ": JobQuery(tag="snow"),
        "b": JobQuery(source="editor"),
        "cb": JobQuery(since=BEGAN + timedelta(days=1)),
        "ad": JobQuery(until=BEGAN + timedelta(days=1)),
        "cbad ": JobQuery(state="pending", review="none", verdict="none"),
        "": JobQuery(project="Autumn"),
        " ": JobQuery(project="Summer", shot="012"),
        "  ": JobQuery(state="lost"),
    }
    assert {key: "".join(prompts(connection, wanted)) for key, wanted in found.items()} == {
        key: key.strip() for key in found
    }


TEXTS = {
    "花子": True,  # inside a run without spaces
    "花": True,
    "ﾊﾅ": True,  # half width for full width
    "ＷＩＮＴＥＲ": True,
    "михаил": True,
    "ΖΩΉ zoË": True,
    "inter": True,
    "snow Winter": True,  # both, wherever they stand
    "snow summer": False,
    "night sky": True,  # of its prompt
    "子花": False,
    "babab": False,  # whose pairs of letters are all there
    "100%": True,
    "100_": False,  # no wildcard
    "  ": True,
}


def test_text_is_found_in_any_script(connection):
    graph = {
        "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "night sky, 100% wool"}},
        "3": {"class_type": "KSampler", "inputs": {"positive": ["6", 0], "seed": 1}},
    }
    add(
        connection,
        "a",
        graph,
        project="Winter",
        character="葵花子ハナ",
        scene="Михаил",
        tags="snow, Ζωή, Zoë, abab",
    )
    found = {text: prompts(connection, JobQuery(text=text)) for text in TEXTS}
    assert found == {text: ["a"] if there else [] for text, there in TEXTS.items()}


def test_a_job_is_found_by_the_names_that_it_got_when_it_ran(connection):
    job = new_job("a", "Winter")
    for event in (JobQueued(job, {}), JobStarted(replace(job, project="Summer"))):
        with connection.transaction():
            write(connection, event)
    assert prompts(connection, JobQuery(text="summer")) == ["a"]
    assert prompts(connection, JobQuery(text="winter")) == []


def test_the_best_comes_first_and_pages_go_on_through_equal_scores(connection, report):
    for number in range(9):
        add(connection, f"p{number}", at=BEGAN + timedelta(seconds=number))
    passed, failed = ("PASS", 40.0), ("FAIL", 90.0)
    standing = [passed, failed, ("NOT_MEASURED", None), (None, None), passed, passed, failed,
                ("PASS", 80.0), ("FAIL", 10.0)]  # fmt: skip
    for number, (verdict, score) in enumerate(standing):
        connection.execute(
            "UPDATE anime.jobs SET verdict = %s, score = %s WHERE prompt_id = %s",
            (verdict, score, f"p{number}"),
        )
    seen, cursor = [], None
    while True:
        page = list_jobs(connection, JobQuery(), 2, BEST, cursor)
        seen += [job["prompt_id"] for job in page.jobs]
        cursor = page.next
        if cursor is None:
            break
    assert seen == ["p7", "p5", "p4", "p0", "p6", "p1", "p8", "p3", "p2"]


def test_a_cursor_of_another_order_is_refused(connection):
    for name in "ab":
        add(connection, name)
    page = list_jobs(connection, JobQuery(), 1)
    with pytest.raises(CursorError, match="another order"):
        list_jobs(connection, JobQuery(), 1, BEST, page.next)


def test_a_cursor_with_an_impossible_place_is_refused(connection):
    for goodness in (2 * 10**308, float("inf"), -1e9, None, "1"):
        cursor = cursor_of(BEGAN, UUID(int=1), BEST, goodness)
        with pytest.raises(CursorError):
            list_jobs(connection, JobQuery(), 1, BEST, cursor)


def test_a_job_that_ended_is_told_with_its_times(connection, job, report):
    end = JobFinished(job, JobState.COMPLETED, BEGAN, BEGAN + timedelta(seconds=5), None, None, ())
    with connection.transaction():
        write(connection, end)
    (row,) = list_jobs(connection, JobQuery(), 1).jobs
    assert (row["started_at"], row["finished_at"]) == (BEGAN, BEGAN + timedelta(seconds=5))


def first_group(connection) -> str:
    """The key of the shot with the newest job."""
    return list_shots(connection, JobQuery(), 1).shots[0]["key"]


@pytest.mark.slow
def test_no_page_of_very_many_jobs_reads_all_of_them(connection):
    fill(connection, 10_000)
    last = list_jobs(connection, JobQuery(), 50)
    middle = {"after_at": last.jobs[-1]["created_at"], "after_id": last.jobs[-1]["id"]}
    wanted = {
        "all": (JobQuery(), {}),
        "after": (JobQuery(), {"after": middle}),
        "best": (JobQuery(), {"order": BEST}),
        "project": (JobQuery(project="Production 3"), {}),
        "verdict": (JobQuery(verdict="FAIL"), {}),
        "lost": (JobQuery(state="lost"), {}),
        "tag": (JobQuery(tag="batch 7"), {}),
        "text": (JobQuery(text="zzz qqq"), {}),
        "file": (JobQuery(file="bench/77.png"), {}),
        "seed": (JobQuery(text=str(99991 * 77)), {}),
        "group": (JobQuery(group=first_group(connection)), {}),
    }
    for name, (jobs, how) in wanted.items():
        condition = condition_of(connection, jobs)
        query, values = page_statement(condition, 51, **how)
        plan = connection.execute(b"EXPLAIN " + query, values, prepare=False).fetchall()
        read = "\n".join(line for (line,) in plan)
        assert "Seq Scan on jobs" not in read, f"{name}:\n{read}"
        assert "Seq Scan on job_words" not in read, f"{name}:\n{read}"
