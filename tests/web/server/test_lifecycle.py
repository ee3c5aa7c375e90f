# mypy: disable-error-code="union-attr"
import logging
from types import SimpleNamespace
from typing import Any

import pytest

from anime_production.models.jobs.events import JobFinished, JobStarted, from_json
from anime_production.models.jobs.job import JobState, new_job
from anime_production.models.jobs.recorder import Recorder
from anime_production.models.report import Better, Measure, Report
from anime_production.web.server import lifecycle

GRAPH: dict[str, Any] = {
    "3": {"class_type": "KSampler", "inputs": {"seed": 1}},
    "4": {"class_type": "AnimeJob", "inputs": {"project": "Winter", "shot": ["3", 0]}},
}
STARTED = ("execution_start", {"prompt_id": "p", "timestamp": 1_700_000_000_250})
SUCCESS = ("execution_success", {"prompt_id": "p", "timestamp": 1_700_000_009_500})
INTERRUPTED = ("execution_interrupted", {"node_id": "3", "timestamp": 1_700_000_009_500})
FAILED = (
    "execution_error",
    {
        "node_id": "3",
        "node_type": "KSampler",
        "exception_type": "RuntimeError",
        "exception_message": "out of memory\n",
        "traceback": ["File …\n", "line\n"],
        "timestamp": 1_700_000_009_500,
    },
)


class Bench:
    """ComfyUI's real queue with our hook on it, and a recorder whose outbox can be read."""

    def __init__(self, execution: Any, recorder: Recorder) -> None:
        class Queue(execution.PromptQueue):  # of its own: the real one stays as it is
            pass

        self.recorder, self.queue_class = recorder, Queue
        lifecycle.attach(Queue, lambda: recorder)
        self.queue = Queue(SimpleNamespace(queue_updated=lambda: None))
        self.status = execution.PromptQueue.ExecutionStatus

    def run(self, graph: dict, *messages: Any, success: bool = True, outputs: Any = None) -> None:
        """A prompt, from the queue to the history."""
        self.queue.put((0, "p", graph, {}, ["4"], {}))
        _, item_id = self.queue.get()
        status = self.status("success" if success else "error", success, list(messages))
        self.queue.task_done(item_id, {"outputs": outputs or {}, "meta": {}}, status)
        assert "p" in self.queue.get_history()

    @property
    def events(self) -> list:
        """What was recorded."""
        return [from_json(each.body) for each in self.recorder._outbox.oldest(100)]


@pytest.fixture
def bench(execution, tmp_path, monkeypatch):
    monkeypatch.setenv("ANIME_DATABASE_URL", "postgresql://127.0.0.1:1/away")
    recorder = Recorder(tmp_path)
    yield Bench(execution, recorder)
    recorder.close()


@pytest.fixture
def report() -> Report:
    seam = Measure("seam", "steps", Better.LOWER, 0.0, 10.0, "structural", 5.0, True)
    return Report("loop", (seam.measured(9.0, "no_frames"),), 8)


def test_a_prompt_that_ends_well_is_recorded_with_its_reports(bench, report):
    job = new_job("p", "Winter")
    bench.recorder.begin(job)
    shown = {
        "5": {"anime_report": [report.to_dict()], "images": [{"filename": "a.png"}]},
        "6": {"text": ["not a report"], "anime_report": [{"schema": 1}]},
    }
    bench.run(GRAPH, STARTED, SUCCESS, outputs=shown)
    _, finished = bench.events
    assert isinstance(finished, JobFinished)
    assert finished.job == job
    assert finished.state is JobState.COMPLETED
    assert finished.started_at.timestamp() == 1_700_000_000.25
    assert finished.finished_at.timestamp() == 1_700_000_009.5
    assert finished.error is None
    assert finished.graph == GRAPH
    assert [(each.node_id, each.report) for each in finished.reports] == [("5", report)]


def test_an_error_is_recorded_with_its_node_and_what_it_said(bench):
    bench.recorder.begin(new_job("p"))
    bench.run(GRAPH, STARTED, FAILED, success=False)
    finished = bench.events[-1]
    assert finished.state is JobState.FAILED
    assert (finished.error.node_id, finished.error.node_type) == ("3", "KSampler")
    assert (finished.error.exception, finished.error.message) == ("RuntimeError", "out of memory")
    assert finished.error.traceback == "File …\nline\n"


def test_an_error_that_comfyui_calls_a_success_is_a_failure(bench):
    bench.run(GRAPH, STARTED, FAILED, success=True)
    assert bench.events[-1].state is JobState.FAILED


def test_an_interrupted_prompt_is_cancelled(bench):
    bench.recorder.begin(new_job("p"))
    bench.run(GRAPH, STARTED, INTERRUPTED, success=False)
    assert bench.events[-1].state is JobState.CANCELLED
    assert bench.events[-1].error is None


def test_a_job_whose_node_never_ran_is_made_from_what_the_graph_says(bench):
    bench.run(GRAPH, STARTED, FAILED, success=False)
    started, finished = bench.events
    assert isinstance(started, JobStarted)
    assert started.job == finished.job
    assert (started.job.project, started.job.shot, started.job.prompt_id) == ("Winter", "", "p")


def test_a_job_with_impossible_names_is_recorded_all_the_same(bench):
    inputs = {"project": "a\0b" * 300, "tags": 5}
    bench.run({"4": {"class_type": "AnimeJob", "inputs": inputs}}, STARTED, FAILED, success=False)
    assert bench.events[-1].job.project.startswith("abab")


def test_a_prompt_without_a_job_is_nobodys_business(bench):
    bench.run({"3": GRAPH["3"]}, STARTED, SUCCESS)
    assert bench.events == []


def test_the_same_prompt_id_again_is_another_job(bench):
    for _ in range(2):
        bench.recorder.begin(new_job("p"))
        bench.run(GRAPH, STARTED, SUCCESS)
    assert len({event.job.id for event in bench.events}) == 2


@pytest.mark.parametrize("place", ["recorder_of", "end", "record", "graph", "status"])
def test_whatever_breaks_inside_the_hook_comfyui_goes_on(bench, place, monkeypatch, caplog):
    def broken(*_: Any) -> Any:
        raise RuntimeError("postgresql://keeper:a-secret-word@host/db")

    graph = GRAPH
    messages: list[Any] = [STARTED, SUCCESS]
    if place == "recorder_of":
        lifecycle.attach(bench.queue_class, broken)
    elif place == "graph":
        graph = {"4": None}
    elif place == "status":
        messages = ["no pair"]
    else:
        monkeypatch.setattr(bench.recorder, place, broken)
    with caplog.at_level(logging.DEBUG):
        bench.run(graph, *messages)
        bench.run(graph, *messages)
    said = [record for record in caplog.records if "could not be recorded" in record.message]
    assert len(said) == 1
    assert "a-secret-word" not in caplog.text


def test_the_queue_is_wrapped_once_and_the_last_copy_of_the_pack_listens(bench, tmp_path):
    wrapped = bench.queue_class.task_done
    other = Recorder(tmp_path / "other")
    lifecycle.attach(bench.queue_class, lambda: other)
    assert bench.queue_class.task_done is wrapped
    bench.run(GRAPH, STARTED, SUCCESS)
    assert bench.events == []
    assert other.backlog() == 2
    other.close()
