"""ComfyUI's real executor in this process, with a server that only keeps what is sent."""

import asyncio
import copy
import json
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import execution
import pytest
from comfy_api.latest import io

from anime_production.models.jobs.job import new_job
from anime_production.models.jobs.provenance.judgement import judge, summaries
from anime_production.models.jobs.recording.events import JobFinished
from anime_production.models.node_ui import own_entries
from anime_production.models.report import Verdict
from anime_production.web.server.watching.endings import finished_event

SECONDS = 90.0  # a prompt that takes longer hangs


class TestFault(io.ComfyNode):
    """Steps that are missing at a seam, from a seed: from one seed on there are none."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Describe the node."""
        return io.Schema(
            node_id="TestFault",
            inputs=[io.Int.Input("seed"), io.Int.Input("passes_from")],
            outputs=[io.Float.Output()],
        )

    @classmethod
    def execute(cls, seed: int, passes_from: int) -> io.NodeOutput:
        """Return 0 or 8."""
        return io.NodeOutput(0.0 if seed >= passes_from else 8.0)


@dataclass(frozen=True)
class Ended:
    """A prompt that ended.

    Attributes:
        outputs: `ui` of each node by its id, as the history has it.
        meta: facts about the nodes, as the history has them.
        messages: the executor's messages, of which the last says how the prompt ended.
        sent: type and JSON of everything that was sent to the browser.
    """

    outputs: dict[str, Any]
    meta: dict[str, Any]
    messages: list[tuple[str, Any]]
    sent: list[tuple[str, str]]

    @property
    def error(self) -> str:
        """What an error says; "" if the prompt succeeded."""
        return str(self.messages[-1][1].get("exception_message", ""))

    def executed(self, display_node: str) -> list[Any]:
        """What the browser is told about a node, in this order."""
        data = [json.loads(text) for event, text in self.sent if event == "executed"]
        return [each["output"] for each in data if each["display_node"] == display_node]

    def report(self, node: str) -> dict[str, Any]:
        """The report of a node in the history."""
        (report,) = own_entries(self.outputs[node], "anime_report")
        return dict(report)

    def finished(self, graph: dict[str, Any]) -> JobFinished:
        """The event of the end of a job with this prompt."""
        history = {"outputs": self.outputs, "meta": self.meta}
        status = SimpleNamespace(
            status_str="error" if self.error else "success", messages=self.messages
        )
        return finished_event(new_job("a run"), graph, history, status)

    def verdict(self, graph: dict[str, Any]) -> Verdict | None:
        """The verdict of a job with this prompt."""
        event = self.finished(graph)
        return judge(event.state, graph, summaries(event.reports), event.saved_by).verdict


class Executor:
    """ComfyUI's executor with its classic cache."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        server: Any = SimpleNamespace(
            client_id="browser", last_node_id=None, send_sync=self._send, sockets_metadata={}
        )
        arguments = {"ram": 0.0, "ram_inactive": 0.0, "lru": 0}
        self.executor = execution.PromptExecutor(server, execution.CacheType.CLASSIC, arguments)

    def _send(self, event: str, data: Any, client: Any = None) -> None:
        if not isinstance(data, bytes | tuple):
            self.sent.append((event, json.dumps(data, allow_nan=False)))

    def run(self, prompt: dict[str, Any], seconds: float = SECONDS) -> Ended:
        """Run all output nodes of a prompt; a prompt that takes longer raises TimeoutError."""
        self.sent.clear()
        prompt = copy.deepcopy(prompt)
        outputs = [node for node, each in prompt.items() if self._is_output(each["class_type"])]
        extra = {"client_id": "browser"}
        running = self.executor.execute_async(prompt, "a run", extra, outputs)
        asyncio.run(asyncio.wait_for(running, seconds))
        result = copy.deepcopy(self.executor.history_result)
        return Ended(
            result["outputs"], result["meta"], self.executor.status_messages, list(self.sent)
        )

    @staticmethod
    def _is_output(class_type: str) -> bool:
        return bool(getattr(execution.nodes.NODE_CLASS_MAPPINGS[class_type], "OUTPUT_NODE", False))


def copy_ui(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the executor copy what nodes show, as ComfyUI does from 0.37 on.

    The history and the browser receive a copy. On a cached run `id` and `preview_id` are missing.
    """
    cached_ui = execution._send_cached_ui

    def send_cached_ui(server: Any, node: str, display: str, cached: Any, *more: Any) -> None:
        ui = copy.deepcopy(cached.ui)
        for entries in (ui or {}).get("output", {}).values():
            for entry in entries:
                if isinstance(entry, dict):
                    entry.pop("id", None)
                    entry.pop("preview_id", None)
        cached_ui(server, node, display, cached._replace(ui=ui), *more)

    monkeypatch.setattr(execution, "enrich_output_with_assets", copy.deepcopy)
    monkeypatch.setattr(execution, "_send_cached_ui", send_cached_ui)
