# mypy: disable-error-code="union-attr"
import asyncio
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest

from anime_production.models.jobs.job import JobSource, JobState, new_job
from anime_production.models.jobs.recording.events import JobFinished, JobQueued, JobStarted
from anime_production.models.jobs.recording.recorder import SecondJob
from anime_production.web.server import watching
from anime_production.web.server.watching import progress, prompts

from .conftest import FAILED, GRAPH, INTERRUPTED, STARTED, SUCCESS, WITHOUT_JOB


def test_a_prompt_is_a_job_from_the_moment_it_is_queued(bench):
    bench.put(client_id="a browser", extra_pnginfo={"workflow": {"nodes": []}})
    (queued,) = bench.events
    assert isinstance(queued, JobQueued)
    assert (queued.job.project, queued.job.shot, queued.job.prompt_id) == ("Winter", "", "p")
    assert (queued.job.client_id, queued.job.source) == ("a browser", JobSource.EDITOR)
    assert (queued.graph, queued.workflow) == (GRAPH, {"nodes": []})
    assert bench.announced == [("pending", 0.0)]


def test_a_script_without_a_client_has_a_job_too(bench):
    bench.run(GRAPH, STARTED, SUCCESS)
    queued, started, finished = bench.events
    assert isinstance(started, JobStarted)
    assert queued.job == started.job == finished.job
    assert (queued.job.client_id, queued.job.source) == (None, JobSource.API)
    assert queued.workflow is None
    assert finished.graph is None, "the graph is kept once"
    assert bench.announced == [("pending", 0.0), ("in_progress", 0.0), ("completed", 1.0)]


def test_what_a_client_says_of_its_prompt_is_no_mark_of_ours(bench):
    said = {"reproduced_from": str(uuid4()), "source": "production", "job": str(uuid4())}
    bench.put(anime=said, anime_production={"phase": str(uuid4())})
    bench.put(anime=said, prompt_id="q")
    first, second = (event.job for event in bench.events)
    assert [each.reproduced_from for each in (first, second)] == [None, None]
    assert [each.source for each in (first, second)] == [JobSource.API, JobSource.API]
    assert len({first.id, second.id, UUID(said["job"])}) == 3, "a job's id is its own"
    assert [item[3] for item in bench.queue.queue] == [
        {"anime": {"job": str(each.id)}} for each in (first, second)
    ]
    for _ in range(2):
        bench.end(bench.start(), STARTED, SUCCESS)
    assert bench.kinds.count("JobQueued") == 2
    assert len({event.job.id for event in bench.events}) == 2


def test_what_this_process_queues_has_the_origin_that_it_says(bench):
    ids = {"production": "1", "phase": "2", "attempt": "3"}
    own = prompts.OwnPrompt("p", JobSource.PRODUCTION, uuid4(), ids)
    with prompts.queueing(own):
        bench.put()
        bench.put(WITHOUT_JOB, prompt_id="q", anime_production=ids)
    (queued,) = bench.events
    assert (queued.job.source, queued.job.reproduced_from) == (own.source, own.reproduced_from)
    marked, foreign = sorted((item[3] for item in bench.queue.queue), key=len, reverse=True)
    assert marked == {"anime": {"job": str(queued.job.id)}, "anime_production": ids}
    assert foreign == {}


@pytest.mark.parametrize("garbage", ["garbage", 7, None, ["x"], {"job": 1}, "x" * 100_000])
def test_a_foreign_mark_keeps_no_job_from_being_cancelled(bench, garbage):
    bench.put(WITHOUT_JOB, prompt_id="foreign", number=0, anime=garbage)
    # Another pack may put a prompt into the queue past our hooks.
    item = (1, "past", WITHOUT_JOB, {"anime": {"job": garbage}}, [], {})
    bench.execution.PromptQueue.put.__wrapped__(bench.queue, item)
    bench.put(prompt_id="a", number=2)
    bench.put(prompt_id="b", number=3)
    assert bench.queue.delete_queue_item(lambda item: item[1] == "a")
    bench.queue.wipe_queue()
    ends = {event.job.prompt_id: event.state for event in bench.events
            if isinstance(event, JobFinished)}  # fmt: skip
    assert ends == dict.fromkeys("ab", JobState.CANCELLED)


def test_the_id_of_anothers_job_ends_nothing(bench):
    bench.put(prompt_id="p", number=1)
    (queued,) = bench.events
    stolen = {"job": str(queued.job.id)}
    bench.put(WITHOUT_JOB, prompt_id="foreign", number=0, anime=stolen)
    item = (0.5, "past", WITHOUT_JOB, {"anime": stolen}, [], {})
    bench.execution.PromptQueue.put.__wrapped__(bench.queue, item)
    for _ in range(2):
        foreign = bench.start()
        bench.executor.add_message("execution_cached", {"prompt_id": "past", "nodes": []}, False)
        bench.end(foreign, STARTED, SUCCESS)
    assert bench.kinds == ["JobQueued"]
    bench.end(bench.start(), STARTED, SUCCESS)
    assert bench.kinds == ["JobQueued", "JobStarted", "JobFinished"]
    assert {event.job.id for event in bench.events} == {queued.job.id}


def test_the_names_that_the_node_was_given_take_the_place_of_those_in_the_graph(bench):
    bench.put()
    item = bench.start()
    job = bench.recorder.begin(new_job("p", "Winter", shot="012", episode="7"))
    bench.end(item, STARTED, SUCCESS)
    assert bench.kinds == ["JobQueued", "JobStarted", "JobStarted", "JobFinished"]
    queued, _, started, finished = bench.events
    assert (started.job.shot, started.job.episode) == ("012", "7")
    assert started.job == finished.job == job
    assert job.id == queued.job.id


def test_a_node_with_the_names_of_the_graph_adds_nothing(bench):
    graph = {"4": {"class_type": "AnimeJob", "inputs": {"project": " Winter ", "tags": "a,b\nc"}}}
    bench.put(graph)
    bench.start()
    bench.recorder.begin(new_job("p", " Winter ", tags="a,b\nc"))
    assert bench.kinds == ["JobQueued", "JobStarted"]


def test_two_job_nodes_in_one_prompt_are_refused(bench):
    bench.put()
    bench.start()
    bench.recorder.begin(new_job("p"))
    with pytest.raises(SecondJob, match="this prompt has an AnimeJob already"):
        bench.recorder.begin(new_job("p"))


def test_equal_prompt_ids_are_two_jobs_whatever_their_order(bench):
    bench.put(number=2, client_id="later")
    bench.put(number=1, client_id="first")
    for name in ("a", "b"):
        item = bench.start()
        bench.recorder.begin(new_job("p", name))
        bench.end(item, STARTED, SUCCESS)
    ends = [event.job for event in bench.events if isinstance(event, JobFinished)]
    assert [(job.client_id, job.project) for job in ends] == [("first", "a"), ("later", "b")]


def test_a_prompt_without_a_job_is_nobodys_business(bench):
    bench.run(WITHOUT_JOB, STARTED, SUCCESS)
    bench.put(WITHOUT_JOB)
    bench.queue.wipe_queue()
    assert bench.events == []
    assert bench.announced == []


def test_every_prompt_is_a_job_where_that_is_wanted(bench_of_all):
    bench_of_all.run(WITHOUT_JOB, STARTED, SUCCESS)
    assert bench_of_all.kinds == ["JobQueued", "JobStarted", "JobFinished"]


def test_what_is_tracked_changes_while_comfyui_runs(bench):
    for tracking in (watching.Tracking.ALL, watching.Tracking.JOBS):
        assert bench.recorder.track(tracking)
        bench.run(WITHOUT_JOB, STARTED, SUCCESS)
    assert bench.kinds == ["JobQueued", "JobStarted", "JobFinished"]


def test_a_job_node_that_came_by_expansion_has_a_job(bench):
    bench.put(WITHOUT_JOB)
    item = bench.start()
    bench.recorder.begin(new_job("p", "Winter"))
    bench.end(item, STARTED, SUCCESS)
    started, finished = bench.events
    assert started.job == finished.job
    assert finished.graph == WITHOUT_JOB


def test_a_prompt_that_was_queued_before_anybody_watched_is_a_job(bench, execution):
    execution.PromptQueue.put(bench.queue, (0, "p", GRAPH, {}, ["4"], {}))
    bench.end(bench.start(), STARTED, SUCCESS)
    assert bench.kinds == ["JobQueued", "JobStarted", "JobFinished"]
    assert len({event.job.id for event in bench.events}) == 1


def test_a_pending_prompt_that_is_deleted_is_cancelled(bench):
    bench.put(prompt_id="p")
    bench.put(prompt_id="q")
    assert bench.queue.delete_queue_item(lambda item: item[1] == "p")
    assert not bench.queue.delete_queue_item(lambda item: item[1] == "p")
    (finished,) = bench.events[2:]
    assert (finished.job.prompt_id, finished.state) == ("p", JobState.CANCELLED)
    assert (finished.started_at, finished.error) == (None, None)
    bench.queue.delete_queue_item(lambda item: True)  # the last one: ComfyUI clears the queue
    assert [event.job.prompt_id for event in bench.events[3:]] == ["q"]


def test_a_queue_that_is_cleared_cancels_all_but_what_runs(bench):
    for name in "abc":
        bench.put(prompt_id=name, number=ord(name))
    item = bench.start()
    bench.queue.wipe_queue()
    bench.end(item, STARTED, SUCCESS)
    ends = {event.job.prompt_id: event.state for event in bench.events
            if isinstance(event, JobFinished)}  # fmt: skip
    assert ends == dict.fromkeys("bc", JobState.CANCELLED) | {"a": JobState.COMPLETED}
    assert bench.announced.count(("cancelled", None)) == 2


def test_a_prompt_that_fails_validation_is_a_failed_job(bench):
    graph: Any = {
        "1": {"class_type": "PreviewImage", "inputs": {}},
        "4": {"class_type": "AnimeJob", "inputs": {"project": "Winter"}},
    }
    request = {"prompt": graph, "client_id": "me", "extra_data": {"auth_token_comfy_org": "x"}}
    for handler in bench.server.handlers:
        assert handler(request) is request

    async def ask() -> Any:
        return await bench.execution.validate_prompt("p", graph, None)

    valid, *_ = asyncio.run(_in_context(ask, bench, request))
    assert not valid
    queued, finished = bench.events
    assert (queued.job.client_id, queued.job.project) == ("me", "Winter")
    assert finished.state is JobState.FAILED
    assert finished.error.exception == "missing_node_type"
    assert "AnimeJob" in finished.error.message


@pytest.mark.parametrize("extra_data", [None, "x", ["x"], {"anime": "x", "client_id": ["x"]}])
def test_a_refused_prompt_with_garbage_around_it_is_a_failed_job(bench, extra_data):
    graph: Any = {"4": GRAPH["4"], "5": {"class_type": "AnimeJob", "inputs": ["x"]}}
    request = {"prompt": graph, "extra_data": extra_data, "client_id": {"x": 1}}

    async def ask() -> Any:
        return await bench.execution.validate_prompt("p", graph, None)

    asyncio.run(_in_context(ask, bench, request))
    queued, finished = bench.events
    assert (queued.job.client_id, queued.job.source) == (None, JobSource.API)
    assert finished.state is JobState.FAILED


async def _in_context(ask: Any, bench: Any, request: Any) -> Any:
    for handler in bench.server.handlers:  # as the server does, in the request's own task
        handler(request)
    return await ask()


def test_progress_is_the_part_of_the_needed_nodes_that_are_done(bench, monkeypatch):
    monkeypatch.setattr(progress, "ANNOUNCE_SECONDS", 0.0)
    graph = {
        "1": {"class_type": "A", "inputs": {}},
        "2": {"class_type": "B", "inputs": {"x": ["1", 0]}},  # cached, so "1" isn't needed
        "3": {"class_type": "C", "inputs": {"x": ["2", 0]}},
        "4": {"class_type": "AnimeJob", "inputs": {}},
        "9": {"class_type": "D", "inputs": {}},  # nothing asks for it
    }
    bench.put(graph)
    bench.queue.queue[0][4].append("3")
    item = bench.start()
    bench.executor.add_message("execution_cached", {"prompt_id": "p", "nodes": ["2"]}, False)
    listener = bench.execution.PromptExecutor.anime_production_listener
    for node in ("2", "expanded.1", "3", "3", "4"):
        listener.node_done(node)
    bench.end(item, STARTED, SUCCESS)
    listener.node_done("9")
    said = [event for event in bench.events if type(event).__name__ == "JobProgressed"]
    assert [(round(event.progress, 2), event.node_id) for event in said] == [(0.67, "3"), (1, "4")]
    assert bench.announced[2:] == [("in_progress", 0.6667), ("in_progress", 1), ("completed", 1)]


def test_progress_is_told_once_a_second(bench, monkeypatch):
    now = 0.0
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: now))
    graph = {str(n): {"class_type": "A", "inputs": {}} for n in range(550)} | GRAPH
    bench.put(graph)
    bench.queue.queue[0][4].extend(graph)
    bench.start()
    bench.executor.add_message("execution_cached", {"prompt_id": "p", "nodes": []}, False)
    listener = bench.execution.PromptExecutor.anime_production_listener
    for node in graph:
        now += 0.01
        listener.node_done(node)
    shares = [round(share, 1) for _, share in bench.announced[2:]]
    assert shares == [0.2, 0.4, 0.5, 0.7, 0.9]


def test_what_is_announced_is_strict_json_with_verdict_and_score(bench, report):
    bench.run(GRAPH, STARTED, SUCCESS, outputs={"5": {"anime_report": [[report.to_dict()]]}})
    event, said = bench.server.sent[-1]
    job = bench.events[0].job
    assert event == "anime.job"
    assert said == {
        "id": str(job.id),
        "prompt_id": job.prompt_id,
        "state": "completed",
        "progress": 1.0,
        "verdict": report.verdict.value,
        "score": report.score,
    }


CLOSING = {
    "4": GRAPH["4"],
    "1": {"class_type": "AnimeSampleClip", "inputs": {}},
    "2": {"class_type": "AnimeLoopScore", "inputs": {"images": ["1", 0]}},
    "3": {"class_type": "AnimeLoopClose", "inputs": {"images": ["1", 0]}},
    "8": {"class_type": "AnimeJobSave", "inputs": {"images": ["3", 0], "report": ["3", 1]}},
}


@pytest.mark.parametrize(
    ("end", "outcome"),
    [(SUCCESS, ("PASS", 86.0)), (FAILED, (None, None)), (INTERRUPTED, (None, None))],
)
def test_a_job_is_announced_with_the_verdict_on_what_it_kept(bench, report, end, outcome):
    before = {**report.to_dict(), "verdict": "FAIL", "score": 39.0}
    closed = {**report.to_dict(), "verdict": "PASS", "score": 86.0}
    shown = {"2": {"anime_report": [[before]]}, "3": {"anime_report": [[closed]]}}
    shown["8"] = {"images": [{"filename": "closed.webp", "subfolder": "", "type": "output"}]}
    bench.run(CLOSING, STARTED, end, success=end is SUCCESS, outputs=shown)
    _, announced = bench.server.sent[-1]
    assert (announced["verdict"], announced["score"]) == outcome


def test_a_loop_that_is_closed_keeps_no_job_from_being_recorded(bench):
    def closed(*_: Any) -> None:
        raise RuntimeError("Event loop is closed")

    bench.server.send_sync = closed
    watching.attach(bench.execution, bench.server, lambda: bench.recorder)
    bench.run(GRAPH, STARTED, INTERRUPTED, success=False)
    assert bench.kinds == ["JobQueued", "JobStarted", "JobFinished"]


def test_a_graph_that_could_not_be_written_comes_with_the_end(bench, monkeypatch):
    monkeypatch.setattr(bench.recorder._outbox, "append", lambda event: False)
    bench.put()
    monkeypatch.undo()
    bench.end(bench.start(), STARTED, FAILED, success=False)
    assert bench.events[-1].graph == GRAPH


def test_with_tracking_off_comfyuis_functions_are_untouched(execution, tmp_path, away):
    watched = SimpleNamespace(tracking=watching.Tracking.OFF)
    before = dict(vars(execution.PromptQueue)), dict(vars(execution.PromptExecutor))
    check = execution.validate_prompt
    server: Any = SimpleNamespace()
    watching.attach(execution, server, lambda: watched)
    assert (dict(vars(execution.PromptQueue)), dict(vars(execution.PromptExecutor))) == before
    assert execution.validate_prompt is check
    assert vars(server) == {}
