from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from anime_production.models.frame_rate import exact_rate
from anime_production.models.frames import InputError
from anime_production.models.jobs.job import Artifact
from anime_production.models.jobs.provenance.files import Destination, save_clip, save_stills
from anime_production.models.jobs.provenance.stored_frames import load_frames
from anime_production.models.media.clip import Clip
from anime_production.models.media.formats import FORMATS


@pytest.fixture
def to(tmp_path) -> Destination:
    return Destination(tmp_path, tmp_path / "Winter", "012", 1)


def clip(frames: int = 6, side: int = 32, hold: int = 1) -> torch.Tensor:
    """Each drawing a grey of its own, held for some frames."""
    levels = torch.arange(frames) // hold * hold / frames
    return levels.reshape(-1, 1, 1, 1).expand(frames, side, side, 3)


def stills(images: torch.Tensor, *given: Any) -> list[Artifact]:
    return [each.artifact for each in save_stills(Clip(images, exact_rate(12)), *given)]


def animation_of(images: torch.Tensor, fps: float, *given: Any) -> Artifact:
    return save_clip(Clip(images, exact_rate(fps)), FORMATS["webp"], *given).artifact


def levels_of(frames: torch.Tensor) -> list[float]:
    return frames.mean(dim=(1, 2, 3)).tolist()


def test_stills_come_back_exactly_and_in_their_order(to):
    saved = stills(clip(), to, {})
    frames = load_frames(to.root, saved, 6)
    assert torch.equal(frames, (clip() * 255).round() / 255)


@pytest.mark.parametrize("fps", [8.0, 12.0, 23.976, 60.0])
def test_a_drawing_that_is_held_comes_back_for_as_many_frames(to, fps):
    wanted = clip(24, hold=4)
    artifact = animation_of(wanted, fps, to, {})
    frames = load_frames(to.root, [artifact], 24)
    assert levels_of(frames) == pytest.approx(levels_of(wanted), abs=0.02)


def test_files_of_several_sizes_are_refused_by_their_names(to):
    saved = [*stills(clip(1), to, {}), *stills(clip(1, side=48), to, {})]
    with pytest.raises(InputError, match=r"32×32 \(Winter/012_00001_.png\) and 48×48"):
        load_frames(to.root, saved, 6)


def test_too_many_frames_are_refused_before_any_is_read(to):
    saved = [replace(each, path="gone.png") for each in stills(clip(), to, {})]
    with pytest.raises(InputError, match="most_frames: expected at most 5 frames, got 6"):
        load_frames(to.root, saved, 5)


def test_a_file_that_is_gone_is_named(to):
    first, second = stills(clip(2), to, {})
    (to.root / second.path).unlink()
    with pytest.raises(InputError, match=r"Winter/012_00002_\.png"):
        load_frames(to.root, [first, second], 6)


@pytest.mark.parametrize("path", ["../secret.png", "{root}/secret.png", "a/../../secret.png"])
def test_no_row_of_a_database_leads_out_of_the_output_folder(to, path):
    (artifact,) = stills(clip(1), to, {})
    root = Path(to.root, "output")
    root.mkdir()
    (to.root / artifact.path).rename(to.root / "secret.png")
    outside = replace(artifact, path=path.format(root=to.root))
    with pytest.raises(InputError, match="no such file"):
        load_frames(root, [outside], 6)


def test_a_file_that_was_changed_since_is_an_error_in_words(to):
    animation = animation_of(clip(), 12.0, to, {})
    (to.root / animation.path).write_bytes(b"no picture")
    with pytest.raises(InputError, match=r"6 frames in Winter/012_00001_\.webp, got 0"):
        load_frames(to.root, [animation], 6)
    first, second = stills(clip(2), to, {})
    (other,) = stills(clip(1, side=48), to, {})
    (to.root / other.path).replace(to.root / second.path)
    with pytest.raises(InputError, match="32×32 and 48×48"):
        load_frames(to.root, [first, second], 6)
