# mypy: disable-error-code="attr-defined"
import hashlib
import json
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from anime_production.models.frame_rate import exact_rate
from anime_production.models.jobs.job import Artifact, new_job
from anime_production.models.jobs.provenance.files import (
    Destination,
    embedded_facts,
    save_clip,
    save_stills,
)
from anime_production.models.media.clip import Clip
from anime_production.models.media.formats import FORMATS


@pytest.fixture
def to(tmp_path) -> Destination:
    return Destination(tmp_path, tmp_path / "Winter" / "03", "012", 1)


@pytest.fixture
def facts(job, report):
    return embedded_facts(job, report, {"1": {"class_type": "AnimeJob"}}, {"workflow": {"é": 1}})


def stills(images: torch.Tensor, *given: Any) -> list[Artifact]:
    return [each.artifact for each in save_stills(Clip(images, exact_rate(12)), *given)]


def animation(images: torch.Tensor, fps: float, *given: Any) -> Artifact:
    return save_clip(Clip(images, exact_rate(fps)), FORMATS["webp"], *given).artifact


def levels(count: int = 3, channels: int = 3) -> torch.Tensor:
    """Every 8-bit level, in pictures of 16×16."""
    shades = torch.arange(256).reshape(1, 16, 16, 1) / 255
    return shades.expand(count, 16, 16, channels).clone()


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_every_level_survives_a_png(to, channels: int):
    (artifact,) = stills(levels(1, channels), to, {})
    with Image.open(to.root / artifact.path) as picture:
        pixels = np.asarray(picture).reshape(16, 16, channels)
    assert (pixels[..., 0].ravel() == np.arange(256)).all()
    assert len(picture.getbands()) == channels


def test_an_artifact_says_what_is_on_the_disk(to, facts):
    artifacts = [*stills(levels(2), to, facts), animation(levels(5), 12.0, to, facts)]
    assert [artifact.path for artifact in artifacts] == [
        "Winter/03/012_00001_.png",
        "Winter/03/012_00002_.png",
        "Winter/03/012_00001_.webp",
    ]
    for artifact in artifacts:
        content = (to.root / artifact.path).read_bytes()
        assert artifact.bytes == len(content)
        assert artifact.sha256 == hashlib.sha256(content).hexdigest()
        assert (artifact.width, artifact.height) == (16, 16)
    assert [(each.frames, each.fps) for each in artifacts] == [(1, None), (1, None), (5, 12.0)]


def test_a_file_is_never_written_over(to):
    (first,) = stills(levels(1), to, {})
    before = (to.root / first.path).read_bytes()
    (second,) = stills(1 - levels(1), to, {})
    assert (to.root / first.path).read_bytes() == before
    assert (to.root / second.path).read_bytes() != before


def test_a_png_carries_the_graph_the_job_and_the_report(to, facts, job, report):
    (artifact,) = stills(levels(1), to, facts)
    with Image.open(to.root / artifact.path) as picture:
        texts = {key: json.loads(value) for key, value in picture.text.items()}
    assert texts["prompt"] == {"1": {"class_type": "AnimeJob"}}
    assert texts["workflow"] == {"é": 1}
    assert texts["anime_job"]["id"] == str(job.id)
    assert texts["anime_report"] == report.to_dict()


def test_a_webp_carries_them_where_comfyui_reads_them(to, facts, job):
    artifact = animation(levels(2), 12.0, to, facts)
    with Image.open(to.root / artifact.path) as picture:
        exif = picture.getexif()
    texts = dict(value.split(":", 1) for value in exif.values() if isinstance(value, str))
    assert exif[0x0110].startswith("prompt:{")
    assert exif[0x010F].startswith("workflow:{")
    assert json.loads(texts["anime_job"])["id"] == str(job.id)
    assert json.loads(texts["anime_report"])["verdict"] == "FAIL"


def test_without_facts_a_file_says_nothing(to):
    (still,) = stills(levels(1), to, {})
    moving = animation(levels(2), 12.0, to, {})
    with Image.open(to.root / still.path) as picture:
        assert picture.text == {}
    with Image.open(to.root / moving.path) as picture:
        assert not picture.getexif()


def test_an_animation_plays_at_its_rate(to):
    frames = torch.rand(24, 16, 16, 3)
    artifact = animation(frames, 23.976, to, {})
    durations = []
    with Image.open(to.root / artifact.path) as picture:
        for frame in range(picture.n_frames):
            picture.seek(frame)
            picture.load()
            durations.append(picture.info["duration"])
    assert len(durations) == 24
    assert sum(durations) == round(24 / 23.976 * 1000)


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("count", [1, 2])
def test_any_batch_can_be_animated(to, count: int, channels: int):
    artifact = animation(torch.rand(count, 17, 31, channels), 12.0, to, {})
    with Image.open(to.root / artifact.path) as picture:
        assert (picture.n_frames, picture.size) == (count, (31, 17))
        assert ("A" in picture.mode) == (channels == 4)


def test_what_comfyui_writes_about_loops_is_in_no_file():
    start = {"class_type": "StartLoop", "inputs": {}}
    prompt = {"1": {**start, "_loop_body": ["2"], "_loop_end": "3"}}
    assert embedded_facts(new_job("p"), None, prompt, None)["prompt"] == {"1": start}
