"""Every format of Save Job, read by the pack and by other programs: Pillow and ffprobe."""

import json
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from anime_production.models.frames import InputError, as_frames
from anime_production.models.media.formats import FORMATS
from anime_production.models.media.reading import read_media
from anime_production.models.media.tags import read_facts
from anime_production.models.report import Report
from anime_production.models.sample.sample_clip import draw_clip
from anime_production.nodes.job_save import AnimeJobSave

from .job_files import probe

NTSC = 24000 / 1001
LOSSLESS = ("apng", "webp lossless")
ANIMATIONS = ("webp", "webp lossless", "apng", "gif")
VIDEOS = ("mp4", "webm")
MOVING = (*ANIMATIONS, *VIDEOS)


@pytest.fixture(scope="module")
def clip() -> torch.Tensor:
    """Ten different frames of 64×48."""
    return draw_clip(10, 64, 64, 12, 0, 1)[:, 8:56].contiguous()


@pytest.fixture(scope="module")
def cut_out(clip: torch.Tensor) -> torch.Tensor:
    """The same with a half transparent ring, and noise under what is transparent."""
    across = torch.linspace(-1, 1, 64)[None] ** 2 + torch.linspace(-1, 1, 48)[:, None] ** 2
    alpha = torch.where(across < 0.6, 1.0, torch.where(across < 0.9, 128 / 255, 0.0))
    alpha = alpha.expand(10, 48, 64)[..., None]
    noise = torch.rand(10, 48, 64, 3, generator=torch.Generator().manual_seed(1))
    return torch.cat((torch.where(alpha > 0, clip, noise), alpha), dim=-1)


def only(paths: list[Path]) -> Path:
    (path,) = paths
    return path


def levels(frames: torch.Tensor) -> torch.Tensor:
    return (frames * 255).round() / 255


@pytest.mark.parametrize("format", LOSSLESS)
def test_a_lossless_animation_comes_back_as_it_was(saving, clip, format):
    path = only(saving(images=clip, format=format, fps=12.0).paths)
    read = read_media(path)
    assert torch.equal(read.frames, levels(clip))
    assert read.fps == pytest.approx(12.0, rel=1e-3)


@pytest.mark.parametrize("format", ["png", *LOSSLESS])
def test_alpha_comes_back_and_what_is_seen_is_the_same(saving, cut_out, format):
    paths = saving(images=cut_out, format=format).paths
    read = torch.cat([read_media(path).frames for path in paths])
    assert read.shape == cut_out.shape
    assert torch.equal(read[..., 3], levels(cut_out)[..., 3])
    assert torch.equal(as_frames(read)[:], as_frames(levels(cut_out))[:])
    if format != "webp lossless":  # libwebp clears what nobody sees
        assert torch.equal(read, levels(cut_out))


@pytest.mark.parametrize("format", ["webp", "webm"])
def test_lossy_formats_keep_alpha(saving, cut_out, format):
    read = read_media(only(saving(images=cut_out, format=format).paths))
    assert read.frames.shape == cut_out.shape
    assert (read.frames[..., 3] - cut_out[..., 3]).abs().mean() < 0.01
    assert (as_frames(read.frames)[:] - as_frames(cut_out)[:]).abs().mean() < 0.02


def test_a_gif_keeps_which_pixels_are_clear(saving, cut_out):
    saved = saving(images=cut_out, format="gif")
    read = read_media(only(saved.paths)).frames
    assert torch.equal(read[..., 3], (cut_out[..., 3] > 0.5).float())
    assert (read - cut_out)[..., :3][cut_out[..., 3] == 1].abs().mean() < 0.02
    assert saved.notes == ["few_colours"]


def test_an_mp4_is_over_grey_and_says_so(saving, cut_out):
    saved = saving(images=cut_out, format="mp4")
    read = read_media(only(saved.paths)).frames
    assert read.shape[-1] == 3
    assert (read - as_frames(cut_out)[:]).abs().mean() < 0.02
    assert saved.notes == ["alpha_lost"]
    assert saved.ui["text"] == [
        "mp4 has no transparency: transparent parts are over mid grey, as scores see them. webm, "
        "webp, apng and png keep it."
    ]


@pytest.mark.parametrize("format", VIDEOS)
def test_ffprobe_reads_a_video_with_its_exact_rate(saving, clip, format):
    path = only(saving(images=clip, format=format, fps=23.976).paths)
    facts = probe(path)
    video = facts["video"]
    assert (video["width"], video["height"], int(video["nb_read_frames"])) == (64, 48, 10)
    assert Fraction(video["r_frame_rate"]) == Fraction(24000, 1001)
    assert (video["color_space"], video["color_range"]) == ("bt709", "tv")
    tick = 1e-3 if format == "webm" else 1e-6
    assert float(facts["format"]["duration"]) == pytest.approx(10 / NTSC, abs=tick)
    assert read_media(path).fps == pytest.approx(NTSC, rel=1e-9)
    assert saving.artifacts()[0].fps == pytest.approx(NTSC, rel=1e-9)


def test_ffprobe_sees_the_alpha_of_a_webm(saving, cut_out):
    facts = probe(only(saving(images=cut_out, format="webm").paths))
    assert {key.lower(): each for key, each in facts["video"]["tags"].items()}["alpha_mode"] == "1"


@pytest.mark.parametrize("fps", [7.3, 12.0, 23.976, 25.0, 29.97, 48.0])
@pytest.mark.parametrize("format", ANIMATIONS)
def test_pillow_reads_an_animation_with_its_whole_duration(saving, clip, format, fps):
    path = only(saving(images=clip, format=format, fps=fps).paths)
    ticks = {"gif": 10.0, "apng": 1e-3}.get(format, 1.0)  # milliseconds
    exact = {23.976: NTSC, 29.97: 30000 / 1001}.get(fps, fps)
    with Image.open(path) as picture:
        assert picture.info["loop"] == 0
        assert picture.size == (64, 48)
        milliseconds = []
        for number in range(getattr(picture, "n_frames", 1)):
            picture.seek(number)
            picture.load()
            milliseconds.append(picture.info["duration"])
    assert sum(milliseconds) == pytest.approx(1000 * 10 / exact, abs=ticks / 2 + 1e-6)
    one = 1000 / exact
    assert all(abs(each - one * max(1, round(each / one))) <= ticks for each in milliseconds)


@pytest.mark.parametrize("format", MOVING)
def test_a_single_pixel_a_single_frame_and_odd_sizes_are_written(saving, format):
    for height, width, count in ((2, 2, 1), (17, 31, 3), (1, 1, 2)):
        for channels in (1, 3, 4):
            images = torch.rand(count, height, width, channels)
            path = only(saving(images=images, format=format, odd_sizes="pad").paths)
            read = read_media(path).frames
            even = format == "mp4"
            assert read.shape[1:3] == (height + height % 2 * even, width + width % 2 * even)


def test_a_gif_is_not_faster_than_its_ticks(saving, clip):
    assert saving(images=clip, format="gif", fps=50.0).notes == ["few_colours"]
    assert saving(images=clip, format="gif", fps=60.0).notes == ["few_colours", "too_fast"]
    with pytest.raises(InputError, match=r"^fps: expected at most 100 for a gif, got 120"):
        saving(images=clip, format="gif", fps=120.0)
    assert len(saving.visible()) == 2


def test_the_colours_of_a_gif_are_those_of_the_whole_clip(saving):
    """A frame's own palette would lose the small bright eye in a clip of many greens."""
    greens = torch.stack([torch.rand(64, 64) * 0.2, torch.rand(64, 64), torch.zeros(64, 64)], -1)
    images = greens.repeat(12, 1, 1, 1)
    images[:, 20:24, 20:24] = torch.tensor([0.9, 0.1, 0.5])
    read = read_media(only(saving(images=images, format="gif").paths)).frames
    assert len(torch.unique((read * 255).round().reshape(-1, 3), dim=0)) <= 256
    assert (read[:, 20:24, 20:24] - images[:, 20:24, 20:24]).abs().max() < 0.05
    assert torch.equal(read[0], read[-1]), "nothing boils where nothing moves"


def with_facts(saving: Any, images: torch.Tensor, format: str) -> list[Path]:
    """Save with a workflow, as ComfyUI's executor runs the node."""
    hidden = SimpleNamespace(
        prompt={"1": {"class_type": "X"}}, extra_pnginfo={"workflow": {"é": 1}}
    )
    node: Any = type("WithHidden", (AnimeJobSave,), {"hidden": hidden})
    audio = {"waveform": torch.zeros(1, 1, 4800), "sample_rate": 48_000}
    ui = node.execute.__func__(
        node, saving.job, images, Report("loop", (), 3), format=format, audio=audio
    ).ui
    places = [*ui["images"], *ui["audio"]] if "audio" in ui else ui["images"]
    return [saving.output / each["subfolder"] / each["filename"] for each in places]


@pytest.mark.parametrize("format", list(FORMATS))
def test_every_format_holds_the_workflow_unless_comfyui_is_told_not_to(
    saving,
    clip,
    format,
    monkeypatch,
):
    for path in with_facts(saving, clip[:2], format):
        facts = read_facts(path)
        assert facts["prompt"] == {"1": {"class_type": "X"}}
        assert facts["workflow"] == {"é": 1}
        assert facts["anime_job"]["id"] == str(saving.job.id)
        assert facts["anime_report"]["verdict"] == "NOT_MEASURED"
    import comfy.cli_args

    monkeypatch.setattr(comfy.cli_args.args, "disable_metadata", True)
    for path in with_facts(saving, clip[:2], format):
        assert not read_facts(path).keys() & {"prompt", "workflow", "anime_job", "anime_report"}
        content = path.read_bytes()
        assert str(saving.job.id).encode() not in content
        assert len(read_media(path).frames) if path.suffix != ".flac" else content


def test_a_report_is_written_beside_the_files_and_listed(saving, clip):
    report = Report("loop", (), 3)
    saved = saving(images=clip, format="webm", report=report, report_file=True)
    path = only(saved.listed("files"))
    assert path.name == "012_00001_report.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    assert content["anime_report"] == json.loads(json.dumps(report.to_dict()))
    assert content["anime_job"]["id"] == str(saving.job.id)
    assert content["files"] == ["012_00001_.webm"]
    assert [each.kind for each in saving.artifacts()] == ["video", "other"]
    assert saving.artifacts()[1].frames is None
    assert [path.name for path in saved.paths] == ["012_00001_.webm"], "it is no picture"


def test_a_report_file_without_a_report_is_said(saving, clip):
    saved = saving(images=clip[:1], report_file=True)
    assert (saved.notes, saved.listed("files")) == (["no_report"], [])


def test_other_programs_list_the_report_as_a_file(saving, clip):
    """Whoever reads the history through ComfyUI's jobs finds it, and it isn't the preview."""
    from comfy_execution.jobs import get_outputs_summary

    saved = saving(images=clip[:2], report=Report("loop", (), 3), report_file=True)
    count, preview = get_outputs_summary({"7": saved.ui})
    assert count == 3
    assert preview is not None
    assert preview["filename"] == "012_00001_.png"


@pytest.mark.parametrize("fault", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("format", list(FORMATS))
def test_a_broken_picture_is_refused(saving, clip, format, fault):
    images = clip.clone()
    images[3, 5, 5, 1] = fault
    with pytest.raises(InputError, match=r"^images: expected finite values, got NaN or infinity in "
                       r"1 of 10 frames, first in frame 3\. "):  # fmt: skip
        saving(images=images, format=format)
    assert saving.visible() == []


@pytest.mark.parametrize("shape", [(2, 0, 64, 3), (2, 64, 0, 3), (0, 64, 64, 3), (2, 0, 0, 4)])
@pytest.mark.parametrize("format", list(FORMATS))
def test_pictures_of_no_size_are_refused(saving, format, shape):
    with pytest.raises(InputError, match=r"^images: expected (a width and a height|at least one)"):
        saving(images=torch.rand(shape), format=format)
    assert saving.visible() == []


def test_every_format_has_its_kind_and_a_thumbnail(saving, clip):
    for format in FORMATS:
        saving(images=clip[:3], format=format)
    kinds = [each.kind for each in saving.artifacts()]
    assert kinds == ["image"] * 3 + ["animation", "video", *["animation"] * 3, "video"]


def test_the_levels_of_a_picture_are_rounded(saving):
    images = (
        (torch.arange(256).reshape(1, 16, 16, 1) / 255 - 0.001).clamp(0, 1).expand(2, 16, 16, 3)
    )
    for format in ("png", "apng", "webp lossless"):
        read = read_media(saving(images=images, format=format).paths[0]).frames
        assert np.array_equal((read[0, ..., 0] * 255).round().numpy().ravel(), np.arange(256))
