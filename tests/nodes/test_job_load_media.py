"""What a job's files hold comes back through Load Job: alpha, sound, scores."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from comfy_execution.graph_utils import ExecutionBlocker
from PIL import Image

from anime_production.models.frames import InputError
from anime_production.models.jobs.job import new_job
from anime_production.models.jobs.recording.recorder import Recorder
from anime_production.models.media import memory
from anime_production.models.sample.sample_clip import draw_clip
from anime_production.nodes import job_load, job_save
from anime_production.nodes.job_load import AnimeJobLoad
from anime_production.nodes.job_save import AnimeJobSave
from anime_production.nodes.loop import AnimeLoopScore
from anime_production.nodes.quality import AnimeClipQuality

from .test_file_sizes_and_sound import tone

# Points by which a score may move when a clip is saved in a lossy format (docs/formats.md).
LOSSY = {"webp": 2.0, "webm": 2.0, "mp4": 2.0}


@pytest.fixture
def recorder(private, database_url, monkeypatch) -> Iterator[Recorder]:
    """A recorder with a real database, as both nodes open it."""
    recorder = Recorder(private)
    for module in (job_load, job_save):
        monkeypatch.setattr(module, "open_recorder", lambda directory: recorder)
    yield recorder
    recorder.close()


@pytest.fixture
def reloaded(recorder, tmp_path, run_node, monkeypatch) -> Any:
    """Saves with Save Job and returns the outputs of Load Job, by their names."""
    import folder_paths

    monkeypatch.setattr(folder_paths, "output_directory", str(tmp_path / "output"))
    names = [each.id for each in AnimeJobLoad.GET_SCHEMA().outputs]

    def reload(most_frames: int = 512, file: int = 0, **inputs: Any) -> dict[str, Any]:
        job = new_job("a prompt", project="Winter", shot="012")
        run_node(AnimeJobSave, job=job, **inputs)
        how = {"which": "id", "id": str(job.id), "most_frames": most_frames, "file": file}
        return dict(zip(names, run_node(AnimeJobLoad, **how).args, strict=True))

    return reload


@pytest.fixture(scope="module")
def cut_out() -> torch.Tensor:
    """A loop of 24 drawings with noise under what is transparent."""
    clip = draw_clip(24, 96, 96, 12, 0, 1)
    alpha = torch.zeros(24, 96, 96, 1)
    alpha[:, 11:85, 11:85] = 1
    alpha[:, 11:15, 11:85] = 128 / 255
    noise = torch.rand(24, 96, 96, 3, generator=torch.Generator().manual_seed(1))
    images = torch.cat((torch.where(alpha > 0, clip, noise), alpha), dim=-1)
    return (images * 255).round() / 255


def scores(run_node: Any, images: torch.Tensor) -> list[float]:
    """The scores of a clip as a clip and as a loop."""
    return [run_node(node, images=images, fps=12.0).args[1]
            for node in (AnimeClipQuality, AnimeLoopScore)]  # fmt: skip


def test_scores_of_a_cut_out_clip_are_the_same_before_and_after(reloaded, cut_out, run_node):
    before = scores(run_node, cut_out)
    assert all(score > 50 for score in before)
    for format in ("png", "apng", "webp lossless"):
        images = reloaded(images=cut_out, format=format, fps=12.0)["images"]
        assert images.shape == (24, 96, 96, 4)
        assert scores(run_node, images) == before
    for format, most in LOSSY.items():
        images = reloaded(images=cut_out, format=format, fps=12.0)["images"]
        assert images.shape == (24, 96, 96, 3 if format == "mp4" else 4)
        after = scores(run_node, images)
        assert after == pytest.approx(before, abs=most)


def test_stills_of_which_only_some_have_alpha_come_back_together(
    reloaded, cut_out, run_node, tmp_path
):
    id = reloaded(images=cut_out[:2])["id"]
    path = tmp_path / "output" / "Winter" / "012_00002_.png"
    with Image.open(path) as picture:
        opaque = picture.convert("RGB")
    opaque.save(path)
    images = run_node(AnimeJobLoad, which="id", id=id).args[0]
    assert torch.equal(images[0], cut_out[0])
    assert torch.equal(images[1, ..., :3], cut_out[1, ..., :3])
    assert (images[1, ..., 3] == 1).all()


@pytest.mark.parametrize("format", ["mp4", "webm", "png", "webp", "apng", "gif"])
def test_sound_comes_back_with_its_pictures(reloaded, cut_out, format):
    audio = tone(2.0, channels=1)
    answer = reloaded(images=cut_out, format=format, fps=12.0, audio=audio)
    read = answer["audio"]
    assert read["sample_rate"] == 48_000
    assert read["waveform"].shape == (1, 1, 96_000)
    middle = slice(4_800, -4_800)
    difference = (read["waveform"] - audio["waveform"])[..., middle].abs().max()
    assert difference < (0.05 if format in ("mp4", "webm") else 1e-6)


def test_without_sound_nothing_comes_out(reloaded, cut_out):
    for inputs in ({"format": "mp4"}, {"format": "png"}):
        assert isinstance(reloaded(images=cut_out[:4], **inputs)["audio"], ExecutionBlocker)
    audio = tone(0.5, sounds=4)
    assert isinstance(reloaded(images=cut_out[:4], audio=audio)["audio"], ExecutionBlocker)
    one = reloaded(images=cut_out[:4], audio=audio, file=1)["audio"]
    assert one["waveform"].shape == (1, 2, 24_000), "each picture has its own"


def test_frames_for_which_there_is_no_memory_are_refused(reloaded, cut_out, monkeypatch):
    needed = 24 * 96 * 96 * 4 * 4
    monkeypatch.setattr(memory, "available_memory", lambda: needed + memory.ROOM - 1)
    expected = (
        r"^file: expected frames that fit into the 0\.3 GB of free memory, got 24 frames of 96×96, "
        r"which take 0\.0 GB\. "
    )
    with pytest.raises(InputError, match=expected):
        reloaded(images=cut_out, format="apng")


def test_a_changed_file_is_refused_and_none_is_read_in_part(reloaded, cut_out, recorder, run_node):
    answer = reloaded(images=cut_out, format="apng", fps=12.0)
    root = Path(job_load.comfyui.output_directory())
    (path,) = root.rglob("*.png")
    Image.new("RGB", (96, 96)).save(path)
    with pytest.raises(InputError, match=r"^file: expected 24 frames in Winter/012_00001_\.png"):
        run_node(AnimeJobLoad, which="id", id=answer["id"])
