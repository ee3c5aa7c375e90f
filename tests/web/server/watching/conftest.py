"""ComfyUI's real queue and executor with our hooks on them."""

from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from anime_production.models.jobs.recording.events import Event
from anime_production.models.jobs.recording.recorder import Recorder
from anime_production.models.jobs.recording.tracking import Tracking
from anime_production.web.server import watching

GRAPH: dict[str, Any] = {
    "3": {"class_type": "KSampler", "inputs": {"seed": 1}},
    "4": {"class_type": "AnimeJob", "inputs": {"project": "Winter", "shot": ["3", 0]}},
}
WITHOUT_JOB = {"3": GRAPH["3"]}
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


class Server(SimpleNamespace):
    """What ComfyUI's queue and executor want of their server; it keeps what is sent to all."""

    def __init__(self) -> None:
        super().__init__(sent=[], handlers=[], client_id=None, prompt_queue=None)

    def send_sync(self, event: str, data: Any, client: str | None = None) -> None:
        if client is None:
            self.sent.append((event, data))

    def queue_updated(self) -> None:
        pass

    def add_on_prompt_handler(self, handler: Any) -> None:
        self.handlers.append(handler)


class Bench:
    """ComfyUI's classes, each of our own so that the real ones stay as they are."""

    def __init__(self, comfyui: Any, recorder: Recorder) -> None:
        class Queue(comfyui.PromptQueue):
            pass

        class Executor(comfyui.PromptExecutor):
            pass

        self.recorder, self.server = recorder, Server()
        self.execution = SimpleNamespace(
            PromptQueue=Queue, PromptExecutor=Executor, validate_prompt=comfyui.validate_prompt
        )
        self.attach(lambda: recorder)
        self.queue = self.server.prompt_queue = Queue(self.server)
        self.status = comfyui.PromptQueue.ExecutionStatus
        self.executor = Executor.__new__(Executor)  # without its caches: it only says things
        self.executor.server, self.executor.status_messages = self.server, []

    def attach(self, get_recorder: Any) -> None:
        watching.attach(self.execution, self.server, get_recorder)

    def put(self, graph: Any = GRAPH, prompt_id: str = "p", number: int = 0, **extra: Any) -> None:
        """Queue a prompt as the server does."""
        outputs = [node for node in graph if node == "4"]
        self.queue.put((number, prompt_id, graph, extra, outputs, {}))

    def start(self) -> int:
        """Take the next prompt from the queue and say that it starts."""
        item, item_id = self.queue.get()
        self.executor.add_message("execution_start", {"prompt_id": item[1]}, broadcast=False)
        return item_id

    def end(self, item_id: int, *messages: Any, success: bool = True, outputs: Any = None) -> None:
        """Say that a prompt ended."""
        status = self.status("success" if success else "error", success, list(messages))
        self.queue.task_done(item_id, {"outputs": outputs or {}, "meta": {}}, status)

    def run(self, graph: Any, *messages: Any, success: bool = True, outputs: Any = None) -> None:
        """A prompt, from the queue to the history."""
        prompt_id = f"p {uuid4()}"
        self.put(graph, prompt_id)
        self.end(self.start(), *messages, success=success, outputs=outputs)
        assert prompt_id in self.queue.get_history()

    @property
    def events(self) -> list:
        """What was recorded."""
        return [Event.from_json(each.body) for each in self.recorder._outbox.oldest(1000)]

    @property
    def kinds(self) -> list[str]:
        """What was recorded, by its name."""
        return [type(event).__name__ for event in self.events]

    @property
    def announced(self) -> list[tuple[str, float | None]]:
        """The states and the progress that browsers heard of."""
        return [(data["state"], data["progress"]) for event, data in self.server.sent
                if event == "anime.job"]  # fmt: skip


@pytest.fixture
def away(monkeypatch):
    """A database that isn't there, so that the outbox keeps what is recorded."""
    monkeypatch.setenv("ANIME_DATABASE_URL", "postgresql://127.0.0.1:1/away")


@pytest.fixture
def bench(execution, tmp_path, away):
    recorder = Recorder(tmp_path)
    yield Bench(execution, recorder)
    recorder.close()


@pytest.fixture
def bench_of_all(execution, tmp_path, away):
    """With every prompt tracked."""
    recorder = Recorder(tmp_path, tracking=Tracking.ALL)
    yield Bench(execution, recorder)
    recorder.close()
