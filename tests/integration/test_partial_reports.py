"""What a client learns while a node measures for long."""

import time
from typing import Any

from .client import ComfyClient, Node, Prompt

FRAMES, SIDE = 120, 512
SECONDS = 5  # five times the time within which a user should see that a node goes on


def long_check() -> tuple[Prompt, dict[str, Node]]:
    """Return a prompt that measures for some seconds, and its scoring nodes."""
    prompt = Prompt()
    clip = prompt.add("AnimeSampleClip", frames=FRAMES, width=SIDE, height=SIDE, seed=901)
    nodes = {
        "still": prompt.add("AnimeStillQuality", images=clip.out()),
        "clip": prompt.add("AnimeClipQuality", images=clip.out(), fps=12.0),
    }
    return prompt, nodes


def test_long_scores_move_at_once_and_their_results_grow(client: ComfyClient):
    prompt, nodes = long_check()
    times: dict[str, list[tuple[float, str]]] = {}
    partial: dict[str, list[dict[str, Any]]] = {}

    def watch(message: dict[str, Any]) -> None:
        data = message["data"]
        if "node" in data and data["node"] is not None:
            times.setdefault(data["node"], []).append((time.monotonic(), message["type"]))
        if message["type"] == "anime.partial":
            partial.setdefault(data["node"], []).append(data)

    run = client.run(prompt, watch=watch)
    for node in nodes.values():
        started = next(at for at, kind in times[node] if kind == "executing")
        moved = next(at for at, kind in times[node] if kind == "progress")
        assert moved - started < SECONDS
        assert {each["prompt_id"] for each in partial[node]} == {run.prompt_id}
        assert not any({"verdict", "score"} & data["report"].keys() for data in partial[node])
        lengths = [
            max(len(each["per_frame"]) for each in data["report"]["measurements"])
            for data in partial[node]
            if data["report"]["measurements"]
        ]
        assert len(set(lengths)) > 1
        assert lengths == sorted(lengths)
    assert "partial" not in str(run.history["outputs"])
    final = {each["name"]: each["per_frame"] for each in run.report(nodes["still"])["measurements"]}
    for data in partial[nodes["still"]]:
        for each in data["report"]["measurements"]:
            assert each["per_frame"] == final[each["name"]][: len(each["per_frame"])]
