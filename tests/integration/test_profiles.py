"""Profiles in a real ComfyUI: chosen, written by the user, edited, and wrong."""

import json

import pytest

from .client import ComfyClient, Node, Prompt, RequestRefused
from .server import ComfyServer


def clip(prompt: Prompt) -> Node:
    """One whose seam is half a step too wide."""
    return prompt.add("AnimeSampleClip", width=96, height=96, seed=2, seam_jump=0.75)


def test_profiles_decide_and_a_prompt_without_one_has_the_default(client: ComfyClient):
    prompt = Prompt()
    images = clip(prompt).out()
    usual = prompt.add("AnimeLoopScore", images=images, fps=12.0)
    chosen = {
        name: prompt.add("AnimeLoopScore", images=images, fps=12.0, profile=name)
        for name in ("supporting", "hero", "draft")
    }
    run = client.run_without_client(prompt)
    assert run.report(usual) == run.report(chosen["supporting"])
    verdicts = {name: run.report(node)["verdict"] for name, node in chosen.items()}
    assert verdicts == {"supporting": "PASS", "hero": "FAIL", "draft": "PASS"}


def test_a_profile_that_there_is_not_is_refused(client: ComfyClient):
    prompt = Prompt()
    prompt.add("AnimeLoopScore", images=clip(prompt).out(), profile="heroic")
    with pytest.raises(RequestRefused, match="heroic") as refused:
        client.submit(prompt)
    assert refused.value.status == 400


def test_a_users_profile_is_offered_read_again_once_edited_and_refused_where_wrong(
    server: ComfyServer, client: ComfyClient
):
    folder = server.base / "user" / "default" / "anime_profiles"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "strictest.json"

    def write(threshold: object) -> None:
        limits = {"loop": {"seam_position": {"threshold": threshold}}}
        path.write_text(json.dumps({"schema": 1, **limits}), encoding="utf-8")

    prompt = Prompt()
    score = prompt.add("AnimeLoopScore", images=clip(prompt).out(), profile="strictest")
    try:
        write([0.95, 1.05])
        info = client.get("/object_info/AnimeLoopScore")["AnimeLoopScore"]
        assert "strictest" in info["input"]["optional"]["profile"][1]["options"]
        assert client.run(prompt).report(score)["verdict"] == "FAIL"
        write([0.4, 1.75])
        run = client.run(prompt)
        assert run.report(score)["verdict"] == "PASS"
        assert run.ran(score)
        assert not client.run(prompt).ran(score)
        write(1.75)
        error = client.run(prompt, expect_success=False).error
        assert error is not None
        assert error["node_id"] == score
        for said in (str(path), "loop.seam_position", "[from, to]", "1.75"):
            assert said in error["exception_message"]
    finally:
        path.unlink()
