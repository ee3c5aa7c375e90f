"""A clip of the user's own in the place of the drawn one."""

from pathlib import Path

import pytest
from PIL import Image

from anime_production.quickstart_steps.clip import Prompt, gif_rate, with_clip

PROMPT: Prompt = {
    "1": {"class_type": "AnimeSampleClip", "inputs": {"frames": 24, "fps": 12.0}},
    "2": {"class_type": "AnimeLoopScore", "inputs": {"images": ["1", 0], "fps": ["1", 1]}},
    "3": {"class_type": "SaveImage", "inputs": {"images": ["2", 3], "filename_prefix": "x"}},
}


def test_everything_that_read_the_sample_reads_the_clip():
    prompt = with_clip(PROMPT, "my clip.mp4")
    classes = {node["class_type"]: name for name, node in prompt.items()}
    assert "AnimeSampleClip" not in classes
    frames = classes["GetVideoComponents"]
    assert prompt["2"]["inputs"] == {"images": [frames, 0], "fps": [frames, 2]}
    assert prompt[frames]["inputs"] == {"video": [classes["LoadVideo"], 0]}
    assert prompt[classes["LoadVideo"]]["inputs"] == {"file": "my clip.mp4"}


def test_other_links_stay():
    assert with_clip(PROMPT, "a.mp4")["3"] == PROMPT["3"]


def test_a_rate_that_is_known_better_is_written_down():
    assert with_clip(PROMPT, "a.gif", 12.5)["2"]["inputs"]["fps"] == 12.5


def test_the_given_prompt_stays_as_it_is():
    with_clip(PROMPT, "a.mp4")
    assert PROMPT["2"]["inputs"]["images"] == ["1", 0]


def test_a_workflow_without_a_sample_clip_is_an_error():
    with pytest.raises(ValueError, match="AnimeSampleClip"):
        with_clip({"3": PROMPT["3"]}, "a.mp4")


def test_a_gifs_rate_counts_every_frames_duration(tmp_path: Path):
    file = tmp_path / "a.gif"
    frames = [Image.new("L", (8, 8), 60 * number) for number in range(4)]
    frames[0].save(file, save_all=True, append_images=frames[1:], duration=[40, 50, 40, 70])
    assert gif_rate(file) == pytest.approx(4 / 0.2)


def test_a_still_gif_has_no_rate(tmp_path: Path):
    Image.new("L", (8, 8)).save(tmp_path / "a.gif")
    assert gif_rate(tmp_path / "a.gif") is None
