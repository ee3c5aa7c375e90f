"""The example that interpolates over the seam, through ComfyUI's loader and its real nodes."""

import copy
import json
from typing import Any

import numpy
import pytest

from anime_production.tools.comfyui import PACK

from .client import ComfyClient

EXAMPLE = PACK / "example_workflows" / "api" / "interpolate_a_loop.json"
CLIP, INTERPOLATED, SCORE, PREVIEW = "1", "5", "11", "15"
FRAMES, FPS = 6, 12.0
LEVEL = 1.01  # grey levels: the mean of two frames, once rounded


@pytest.fixture
def example() -> dict[str, Any]:
    """The prompt, with smaller frames and a preview of the clip as it was."""
    prompt: dict[str, Any] = copy.deepcopy(json.loads(EXAMPLE.read_text(encoding="utf-8")))
    prompt[CLIP]["inputs"].update(width=64, height=64, frames=FRAMES, period=FRAMES)
    prompt["clip"] = {"class_type": "PreviewImage", "inputs": {"images": [CLIP, 0]}}
    return prompt


@pytest.mark.parametrize("multiplier", [2, 3, 7, 16])
def test_frames_times_the_multiplier_come_out_and_each_original_stays(client, example, multiplier):
    example[INTERPOLATED]["inputs"]["multiplier"] = multiplier
    run = client.run(example)
    assert run.report(SCORE)["frames"] == FRAMES * multiplier
    assert run.report(SCORE)["fps"] == FPS * multiplier
    clip, result = (numpy.stack(client.pictures(run, each)) for each in ("clip", PREVIEW))
    assert len(result) == FRAMES * multiplier
    assert numpy.array_equal(result[::multiplier], clip)
    # The tiny model draws the mean of both frames; so the one over the seam is of last and first.
    means = (clip.astype(float) + numpy.roll(clip, -1, axis=0)) / 2
    for part in range(1, multiplier):
        assert abs(result[part::multiplier] - means).max() < LEVEL


def test_a_clip_of_one_frame_and_a_rate_that_is_no_whole_number_stay_exact(client, example):
    example[CLIP]["inputs"].update(frames=1, fps=24000 / 1001)
    example[INTERPOLATED]["inputs"]["multiplier"] = 3
    run = client.run(example)
    assert run.report(SCORE)["frames"] == 3
    assert run.report(SCORE)["fps"] == 24000 / 1001 * 3


def test_the_loop_passes_and_without_the_wrap_its_seam_has_no_in_betweens(
    client: ComfyClient, example
):
    example[CLIP]["inputs"].update(frames=12, period=12)
    assert client.run(example).report(SCORE)["verdict"] == "PASS"
    example[INTERPOLATED]["inputs"]["images"] = [CLIP, 0]
    example[SCORE]["inputs"]["images"] = [INTERPOLATED, 0]
    report = client.run(example).report(SCORE)
    assert report["frames"] == 2 * 12 - 1
    assert report["verdict"] == "FAIL"
    assert report["worst"]["reason_code"] == "seam_without_in_betweens"
