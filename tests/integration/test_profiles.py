"""A profile that the user writes, edits and gets wrong while ComfyUI runs."""

import json

from .client import ComfyClient, Node, Prompt
from .server import ComfyServer


def clip(prompt: Prompt) -> Node:
    """One whose seam is half a step too wide."""
    return prompt.add("AnimeSampleClip", width=96, height=96, seed=2, seam_jump=0.75)


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
