import asyncio
import logging
from typing import Any

import pytest

from anime_production.models.jobs.recording.recorder import Recorder
from anime_production.web.server.watching import hooks

from .conftest import GRAPH, STARTED, SUCCESS

VALID = {
    "1": {
        "class_type": "EmptyImage",
        "inputs": {"width": 8, "height": 8, "batch_size": 1, "color": 0},
    },
    "2": {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}},
}
MOMENTS = ("put", "removed", "refused", "accepted", "message", "node_done", "done")


def broken(*_: Any, **__: Any) -> Any:
    raise RuntimeError("postgresql://keeper:a-secret-word@host/db")


def live(bench: Any) -> None:
    """Everything that can happen to prompts, twice."""
    for _ in range(2):
        bench.run(GRAPH, STARTED, SUCCESS)
        bench.put(prompt_id="p")
        bench.put(prompt_id="q")
        bench.queue.delete_queue_item(lambda item: True)
        bench.queue.wipe_queue()
        assert bench.queue.get_tasks_remaining() == 0
        valid, *_rest = asyncio.run(bench.execution.validate_prompt("p", GRAPH, None))
        assert valid is False
        valid, *_rest = asyncio.run(bench.execution.validate_prompt("p", VALID, None))
        assert valid is True
        bench.execution.PromptExecutor.anime_production_listener.node_done("4")


@pytest.mark.parametrize("moment", MOMENTS)
def test_whatever_breaks_in_a_hook_comfyui_goes_on_and_it_is_said_once(
    bench, moment, monkeypatch, caplog
):
    listener = bench.execution.PromptQueue.anime_production_listener.listener
    monkeypatch.setattr(listener, moment, broken)
    with caplog.at_level(logging.DEBUG):
        live(bench)
    said = [record for record in caplog.records if "could not be recorded" in record.message]
    assert len(said) == 1
    assert f"({moment}: RuntimeError in" in said[0].message
    assert "a-secret-word" not in caplog.text


@pytest.mark.parametrize("place", ["get_recorder", "queue", "start", "end", "record"])
def test_whatever_breaks_in_the_recorder_comfyui_goes_on(bench, place, monkeypatch, caplog):
    if place == "get_recorder":
        listener = bench.execution.PromptQueue.anime_production_listener.listener
        monkeypatch.setattr(listener, "_get_recorder", broken)
    else:
        monkeypatch.setattr(bench.recorder, place, broken)
    with caplog.at_level(logging.DEBUG):
        live(bench)
    assert "could not be recorded" in caplog.text
    assert "a-secret-word" not in caplog.text


def test_a_graph_that_is_none_is_survived(bench):
    bench.put({"4": None})
    item = bench.start()
    bench.end(item, "no pair")
    assert "p" in bench.queue.get_history()


def test_what_comfyui_raises_is_raised(bench):
    with pytest.raises(KeyError):
        bench.queue.task_done(99, {}, None)
    bench.put()
    with pytest.raises(RuntimeError):
        bench.queue.delete_queue_item(broken)
    with pytest.raises(TypeError):  # ComfyUI can't order two prompts of the same number and id
        bench.put()
    assert bench.kinds == ["JobQueued", "JobQueued", "JobFinished"], "the second never was queued"


def test_everything_is_wrapped_once_and_the_last_copy_of_the_pack_listens(bench, tmp_path):
    queue, executor = bench.execution.PromptQueue, bench.execution.PromptExecutor
    before = [queue.put, queue.wipe_queue, queue.task_done, executor.add_message]
    check = bench.execution.validate_prompt
    other = Recorder(tmp_path / "other")
    bench.attach(lambda: other)
    assert [queue.put, queue.wipe_queue, queue.task_done, executor.add_message] == before
    assert bench.execution.validate_prompt is check
    bench.run(GRAPH, STARTED, SUCCESS)
    assert bench.events == []
    assert other.backlog() == 3
    other.close()


def replaced_on_the_object(bench: Any, goes_through: Any) -> list[str]:
    """Replace methods of the queue as another pack does that was loaded before this one."""
    calls: list[str] = []
    for name in ("put", "task_done", "delete_queue_item", "wipe_queue"):
        function = goes_through(bench, name)

        def method(*arguments: Any, name: str = name, function: Any = function) -> Any:
            calls.append(name)
            return function(bench.queue, *arguments)

        setattr(bench.queue, name, method)
    listener = bench.execution.PromptQueue.anime_production_listener.listener
    hooks.attach(bench.execution, listener, bench.queue)
    return calls


@pytest.mark.parametrize(
    "goes_through",
    [
        lambda bench, name: getattr(bench.execution.PromptQueue.__mro__[1], name),
        lambda bench, name: getattr(bench.execution.PromptQueue, name),
    ],
    ids=["past the class", "through the class"],
)
def test_methods_that_another_pack_replaced_on_the_object_report_once(bench, goes_through):
    calls = replaced_on_the_object(bench, goes_through)
    bench.run(GRAPH, STARTED, SUCCESS)
    bench.put(prompt_id="q", number=1)
    bench.queue.wipe_queue()
    assert bench.kinds == ["JobQueued", "JobStarted", "JobFinished", "JobQueued", "JobFinished"]
    assert calls == ["put", "task_done", "put", "wipe_queue"]
