"""Prompts as other packs queue, copy and put them back, and hooks of theirs around the pack's."""

import asyncio
import copy
import functools
import heapq
from typing import Any

from anime_production.models.jobs.job import JobState
from anime_production.models.jobs.recording.events import JobFinished, JobQueued

from .conftest import FAILED, GRAPH, INTERRUPTED, STARTED, SUCCESS, WITHOUT_JOB

LIFE = ["JobQueued", "JobStarted", "JobFinished"]


def jobs_of(bench: Any) -> dict[Any, list[str]]:
    """The kinds of events of each job, in the order in which the jobs were queued."""
    kinds: dict[Any, list[str]] = {}
    for event in bench.events:
        kinds.setdefault(event.job.id, []).append(type(event).__name__)
    return kinds


def ends_of(bench: Any) -> list[tuple[str | None, JobState]]:
    """Prompt id and state of the jobs that ended."""
    ends = [event for event in bench.events if isinstance(event, JobFinished)]
    return [(event.job.prompt_id, event.state) for event in ends]


def queue_again(bench: Any, prompt_id: str) -> None:
    """Queue the running prompt again with its own `extra_data`, as VideoHelperSuite does."""
    (running,) = bench.queue.currently_running.values()
    _, _, graph, extra_data, outputs, sensitive = running
    bench.queue.put((-1, prompt_id, graph.copy(), extra_data, outputs, sensitive))


def test_a_running_prompt_that_is_queued_again_with_its_extra_data_is_a_job_of_its_own(bench):
    bench.put(prompt_id="first", client_id="me", extra_pnginfo={"workflow": {"nodes": []}})
    for prompt_id in ("second", "third"):
        item_id = bench.start()
        queue_again(bench, prompt_id)
        bench.end(item_id, STARTED, SUCCESS)
    bench.end(bench.start(), STARTED, FAILED, success=False)
    assert list(jobs_of(bench).values()) == [LIFE] * 3
    assert ends_of(bench) == [
        ("first", JobState.COMPLETED), ("second", JobState.COMPLETED), ("third", JobState.FAILED),
    ]  # fmt: skip
    queued = [event for event in bench.events if isinstance(event, JobQueued)]
    assert [(each.job.client_id, each.workflow) for each in queued] == [("me", {"nodes": []})] * 3
    marks = [entry["prompt"][3]["anime"] for entry in bench.queue.get_history().values()]
    assert marks == [{"job": str(each)} for each in jobs_of(bench)], "the history names each job"


def test_the_prompt_of_a_production_stays_its_prompt_when_it_is_queued_again(bench):
    bench.put(prompt_id="first")
    (waiting,) = bench.queue.queue
    waiting[3]["anime_production"] = {"attempt": "7"}
    item_id = bench.start()
    queue_again(bench, "second")
    (running,) = bench.queue.currently_running.values()
    assert running[3]["anime_production"] == {"attempt": "7"}
    assert "anime_production" not in bench.queue.queue[0][3]
    bench.end(item_id, STARTED, SUCCESS)


def test_several_prompts_that_share_one_extra_data_are_a_job_each(bench):
    shared: dict[str, Any] = {"client_id": "me"}
    for number, prompt_id in enumerate("abc"):
        bench.queue.put((number, prompt_id, GRAPH, shared, ["4"], {}))
    bench.queue.delete_queue_item(lambda item: item[1] == "b")
    for _ in range(2):
        bench.end(bench.start(), STARTED, SUCCESS)
    assert shared == {"client_id": "me"}
    assert sorted(ends_of(bench)) == [
        ("a", JobState.COMPLETED), ("b", JobState.CANCELLED), ("c", JobState.COMPLETED),
    ]  # fmt: skip


def test_a_running_item_that_is_put_back_as_it_is_is_a_second_job(bench):
    bench.put()
    item_id = bench.start()
    bench.queue.put(copy.deepcopy(bench.queue.currently_running[item_id]))
    bench.end(item_id, STARTED, SUCCESS)
    bench.end(bench.start(), STARTED, INTERRUPTED, success=False)
    assert list(jobs_of(bench).values()) == [LIFE] * 2
    assert [state for _, state in ends_of(bench)] == [JobState.COMPLETED, JobState.CANCELLED]


def test_a_running_item_that_is_put_back_past_the_hooks_is_a_second_job(bench):
    bench.put()
    item_id = bench.start()
    heapq.heappush(bench.queue.queue, bench.queue.currently_running[item_id])
    bench.end(item_id, STARTED, SUCCESS)
    bench.end(bench.start(), STARTED, SUCCESS)
    assert list(jobs_of(bench).values()) == [LIFE] * 2


def test_a_copy_that_leaves_the_queue_does_not_cancel_the_job_that_runs(bench):
    bench.put()
    item_id = bench.start()
    heapq.heappush(bench.queue.queue, bench.queue.currently_running[item_id])
    bench.queue.wipe_queue()
    assert ends_of(bench) == []
    bench.end(item_id, STARTED, SUCCESS)
    assert ends_of(bench) == [("p", JobState.COMPLETED)]


def test_an_item_of_five_fields_and_one_of_more_are_jobs(bench):
    bench.queue.put((0, "five", GRAPH, {}, ["4"]))
    bench.queue.put((1, "more", GRAPH, {}, ["4"], {}, "of another pack"))
    for _ in range(2):
        bench.end(bench.start(), STARTED, SUCCESS)
    assert ends_of(bench) == [("five", JobState.COMPLETED), ("more", JobState.COMPLETED)]


def test_hooks_of_other_packs_before_and_after_ours_change_nothing(execution, tmp_path, away):
    from anime_production.models.jobs.recording.recorder import Recorder

    from .conftest import Bench

    def wrap(owner: Any, name: str) -> None:
        """Wrap a function as other packs do, with a new item, list or tuple for the original."""
        original = getattr(owner, name)

        @functools.wraps(original)
        def wrapped(self: Any, *arguments: Any, **named: Any) -> Any:
            if name == "put":
                ((number, prompt_id, graph, extra_data, outputs, sensitive),) = arguments
                extra_data = {**extra_data, "theirs": extra_data.get("theirs", 0) + 1}
                arguments = ((number, prompt_id, graph, extra_data, outputs, sensitive),)
            return original(self, *arguments, **named)

        setattr(owner, name, wrapped)

    recorder = Recorder(tmp_path)
    bench = Bench(execution, recorder)
    for name in ("put", "task_done", "delete_queue_item", "wipe_queue"):
        wrap(bench.execution.PromptQueue, name)
    wrap(bench.execution.PromptExecutor, "add_message")
    bench.attach(lambda: recorder)
    bench.run(GRAPH, STARTED, SUCCESS)
    bench.put(prompt_id="waiting")
    bench.queue.wipe_queue()
    assert list(jobs_of(bench).values()) == [LIFE, ["JobQueued", "JobFinished"]]
    (entry,) = bench.queue.get_history().values()
    assert entry["prompt"][3].keys() == {"theirs", "anime"}
    recorder.close()


def test_messages_that_nobody_knows_are_ignored(bench):
    bench.put()
    item_id = bench.start()
    for event in ("execution_node_error", "execution_summary", "completion_status"):
        bench.executor.add_message(event, {"prompt_id": "p", "timestamp": "soon"}, False)
        bench.executor.add_message(event, {}, False)
    strange = [("execution_summary", {"failed": 1}), ("a", "b", "c"), "text", ("partial", None), 7]
    bench.end(item_id, STARTED, *strange, ("execution_success", {"timestamp": "soon"}))
    assert bench.kinds == LIFE
    assert ends_of(bench) == [("p", JobState.COMPLETED)]


def test_a_status_that_nobody_knows_is_no_success(bench):
    bench.put()
    item_id = bench.start()
    status = bench.status("partial_success", True, [STARTED, SUCCESS])
    bench.queue.task_done(item_id, {"outputs": {}, "meta": {}}, status)
    assert ends_of(bench) == [("p", JobState.FAILED)]


IN_PART: dict[str, Any] = {
    "1": {"class_type": "LoadImage", "inputs": {"image": "nope.png"}},
    "2": {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}},
    "3": {"class_type": "EmptyImage",
          "inputs": {"width": 8, "height": 8, "batch_size": 1, "color": 0}},
    "5": {"class_type": "PreviewImage", "inputs": {"images": ["3", 0]}},
}  # fmt: skip


def post(bench: Any, graph: Any, targets: list[str] | None = None) -> None:
    """Validate and queue a prompt, as ComfyUI's POST to /prompt does."""

    async def queue() -> None:
        valid, _, outputs, _ = await bench.execution.validate_prompt("p", graph, targets)
        assert valid
        bench.queue.put((0, "p", graph, {}, outputs, {}))

    asyncio.run(queue())


def test_a_prompt_that_is_accepted_in_part_is_a_failed_job_with_its_node_errors(bench_of_all):
    bench = bench_of_all
    post(bench, IN_PART)
    (queued,) = bench.events
    assert queued.output_nodes == ("2", "5"), "what was asked for, not what ComfyUI kept of it"
    item_id = bench.start()
    job = bench.recorder.begin(queued.job)
    assert "nope.png" in bench.recorder.left_out(job.id).message, "for the text on the nodes"
    bench.end(item_id, STARTED, SUCCESS)
    finished = bench.events[-1]
    assert (finished.state, finished.error.exception) == (
        JobState.FAILED, "prompt_accepted_in_part",
    )  # fmt: skip
    assert (finished.error.node_id, finished.error.node_type) == ("1", "LoadImage")
    headline, detail = finished.error.message.split("\n")
    assert headline == "ComfyUI ran only a part of this prompt. It left out PreviewImage (2):"
    assert detail.startswith("LoadImage (1): ")
    assert "nope.png" in detail


def test_an_error_of_the_run_stays_the_error_of_a_prompt_accepted_in_part(bench_of_all):
    bench = bench_of_all
    post(bench, IN_PART)
    bench.end(bench.start(), STARTED, FAILED, success=False)
    error = bench.events[-1].error
    assert (error.node_id, error.exception) == ("3", "RuntimeError")
    assert error.message.startswith("out of memory\nComfyUI ran only a part")
    assert "nope.png" in error.message


def test_a_cancelled_prompt_stays_cancelled_whatever_was_left_out(bench_of_all):
    bench = bench_of_all
    post(bench, IN_PART)
    bench.end(bench.start(), STARTED, INTERRUPTED, success=False)
    assert ends_of(bench) == [("p", JobState.CANCELLED)]


def test_a_prompt_whose_targets_are_valid_is_accepted_as_a_whole(bench_of_all):
    bench = bench_of_all
    post(bench, IN_PART, ["5"])
    assert bench.events[0].output_nodes == ("5",)
    bench.end(bench.start(), STARTED, SUCCESS)
    assert ends_of(bench) == [("p", JobState.COMPLETED)]


def test_the_errors_of_one_prompt_are_not_those_of_the_next(bench_of_all):
    bench = bench_of_all

    async def queue() -> None:
        await bench.execution.validate_prompt("p", IN_PART, None)
        bench.queue.put((0, "q", WITHOUT_JOB, {}, ["3"], {}))  # of another pack, not validated

    asyncio.run(queue())
    bench.end(bench.start(), STARTED, SUCCESS)
    assert ends_of(bench) == [("q", JobState.COMPLETED)]
