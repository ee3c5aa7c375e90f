"""Compares every verdict that the editor shows with ComfyUI's history."""

import time
from dataclasses import dataclass
from typing import Any

from anime_production.models.node_ui import own_entries

from ..integration.client import ComfyClient
from .editor import Editor

SHOWN = """() => [...document.querySelectorAll(".anime-results-frame")].map(frame => {
    const path = frame.dataset.path;
    const node = path.split(":").reduce(
        (found, id) => (found ? found.subgraph : app.rootGraph).getNodeById(Number(id)), null);
    return {
        path, prompt: frame.dataset.prompt, type: node?.type ?? null, workflow: app.rootGraph.id,
        verdict: frame.querySelector(".anime-verdict")?.dataset.verdict ?? null,
        score: frame.querySelector(".anime-score")?.textContent ?? "",
        earlier: frame.classList.contains("anime-outdated"),
        unreached: frame.querySelector(".anime-unreached")?.textContent ?? "",
        text: frame.textContent,
    };
})"""


NOTHING = "Nothing saved in this run"
PATIENCE = 2.0  # seconds until what is shown must be true


@dataclass(frozen=True)
class Shown:
    """What one node shows."""

    path: str
    prompt: str
    type: str
    workflow: str
    verdict: str | None
    score: str
    earlier: bool
    unreached: str
    text: str


def shown_results(editor: Editor) -> list[Shown]:
    """Return what the nodes of the open workflow show."""
    return [Shown(**each) for each in editor.page.evaluate(SHOWN)]


def assert_shown_is_true(editor: Editor) -> list[Shown]:
    """Check everything that is shown against the history of the run that it names.

    Nodes 2.0 draws in its own time: what is not so yet is looked at again.

    Returns:
        What is shown.
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return _assert_shown_is_true(editor)
        except AssertionError:
            if time.monotonic() > deadline:
                raise
            editor.page.wait_for_timeout(100)


def _assert_shown_is_true(editor: Editor) -> list[Shown]:
    client = ComfyClient(editor.server)
    client_id = editor.page.evaluate("() => app.api?.clientId ?? window.name")
    history = client.get("/history")
    found = shown_results(editor)
    for shown in found:
        entry = history.get(shown.prompt)
        assert entry is not None, f"{shown} is of a run that ComfyUI does not know"
        _, _, graph, extra, _ = entry["prompt"]
        assert extra["client_id"] == client_id, f"{shown} is of another page's run"
        assert _workflow_of(entry) == shown.workflow, f"another workflow's: {shown}"
        assert graph[shown.path]["class_type"] == shown.type, f"another node's: {shown}"
        output = output_of(entry, shown.path)
        if shown.unreached or NOTHING in shown.text:
            assert output is None, f"{shown} was reached"
            assert shown.verdict is None
        else:
            assert output is not None, f"{shown} gave nothing in its run"
            _assert_same(shown, output)
    _assert_newest(found, history, client_id)
    return found


def output_of(entry: dict[str, Any], path: str) -> dict[str, Any] | None:
    """Return the last output that a node showed in a prompt: its own, or that of a retry's copy.

    A cached output keeps the `display_node` of the node that it was made by, so that is read of
    copies alone.
    """
    graph = entry["prompt"][2]
    outputs = [
        output
        for node, output in entry["outputs"].items()
        if (node if node in graph else entry["meta"][node]["display_node"]) == path
    ]
    return outputs[-1] if outputs else None


def _assert_same(shown: Shown, output: dict[str, Any]) -> None:
    for report in own_entries(output, "anime_report")[:1]:
        assert shown.verdict == report["verdict"], shown
        score = report["score"]
        expected = "no score" if score is None else f"{int(score + 0.5)} / 100"
        assert shown.score == expected, shown
    for gate in own_entries(output, "anime_gate")[:1]:
        counts = f"{gate['accepted']} accepted, {gate['rejected']} rejected"
        assert counts in shown.text, shown


def _assert_newest(found: list[Shown], history: dict[str, Any], client_id: str) -> None:
    """What isn't marked as an earlier run's is of this page's newest run of the workflow."""
    for shown in found:
        if shown.earlier:
            continue
        runs = [
            (entry["prompt"][0], prompt)
            for prompt, entry in history.items()
            if entry["prompt"][3].get("client_id") == client_id
            and _workflow_of(entry) == shown.workflow
        ]
        assert shown.prompt == max(runs)[1], f"{shown} is of an earlier run and does not say so"


def _workflow_of(entry: dict[str, Any]) -> str | None:
    extra = entry["prompt"][3].get("extra_pnginfo") or {}
    workflow: str | None = (extra.get("workflow") or {}).get("id")
    return workflow
