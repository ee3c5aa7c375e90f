# mypy: disable-error-code="union-attr"
"""What is read from the files that other nodes write."""

from fractions import Fraction
from io import BytesIO
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from anime_production.models.jobs.job import Artifact
from anime_production.models.jobs.provenance.file_facts import FileFacts, animation_rate, file_facts
from anime_production.models.jobs.provenance.stored_frames import load_frames


def drawings(count: int, side: int = 64) -> list[Image.Image]:
    """Pictures with a bar that moves."""
    pictures = []
    for number in range(count):
        pixels = np.full((side, side, 3), 230, np.uint8)
        left = number * 6 % side
        pixels[:, left : left + 6] = (200, 60, 40)
        pictures.append(Image.fromarray(pixels))
    return pictures


def save_animation(path: Path, pictures: list[Image.Image], milliseconds: int) -> Path:
    """Save as VideoHelperSuite and ComfyUI do: one duration for all frames."""
    pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=milliseconds, loop=0)
    return path


def save_video(path: Path, pictures: list[Image.Image], fps: Fraction, codec: str) -> Path:
    """Save a video with half a second of sound."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=fps)
        stream.width, stream.height, stream.pix_fmt = *pictures[0].size, "yuv420p"
        sound = container.add_stream("aac" if path.suffix == ".mp4" else "libopus", rate=48_000)
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_image(picture)))
        container.mux(stream.encode(None))
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 24_000), np.float32), "fltp", "mono")
        silence.sample_rate = 48_000
        container.mux(sound.encode(silence))
        container.mux(sound.encode(None))
    return path


def loaded(path: Path, facts: FileFacts) -> int:
    """How many frames Load Job gets of the file."""
    assert facts.size is not None
    artifact = Artifact(path.name, facts.kind, 1, "ab" * 32, *facts.size)
    return len(load_frames(path.parent, [artifact], 1000))


def test_a_still_has_a_size_and_a_thumbnail(tmp_path):
    drawings(1, side=640)[0].save(tmp_path / "a.png")
    facts = file_facts(tmp_path / "a.png")
    assert facts.size is not None
    assert facts.thumbnail is not None
    assert (facts.kind, *facts.size) == ("image", 640, 640, 1, None)
    assert max(Image.open(BytesIO(facts.thumbnail)).size) == 192


def test_a_turned_photograph_has_the_size_in_which_it_is_seen(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (80, 40)).save(tmp_path / "a.jpg", exif=exif)
    facts = file_facts(tmp_path / "a.jpg")
    assert facts.size is not None
    assert facts.size[:2] == (40, 80)
    assert loaded(tmp_path / "a.jpg", facts) == 1


@pytest.mark.parametrize("suffix", ["webp", "gif", "png"])
def test_an_animation_has_all_frames_also_those_that_are_stored_as_one(tmp_path, suffix):
    pictures = [each for index, each in enumerate(drawings(6)) for _ in range(1 + index % 3)]
    assert len(pictures) == 12
    path = save_animation(tmp_path / f"a.{suffix}", pictures, 120)
    with Image.open(path) as stored:
        assert getattr(stored, "n_frames", 1) < 12, "the writer stores equal frames as one"
    facts = file_facts(path)
    assert facts.size is not None
    assert (facts.kind, facts.size.frames) == ("animation", 12)
    assert facts.size.fps == pytest.approx(1000 / 120)
    assert facts.thumbnail is not None
    assert loaded(path, facts) == 12


@pytest.mark.parametrize("milliseconds", [17, 42, 125])
def test_a_rounded_frame_rate_repeats_no_frame_of_a_long_animation(tmp_path, milliseconds):
    path = save_animation(tmp_path / "a.webp", drawings(150, side=32), milliseconds)
    facts = file_facts(path)
    assert facts.size is not None
    assert facts.size.frames == 150
    assert loaded(path, facts) == 150


@pytest.mark.parametrize("durations", [[100, 30, 170], [1000, 10, 10], [10, 5000], [0, 0], []])
def test_an_animation_with_times_of_its_own_has_a_rate_or_none(durations):
    rate = animation_rate(durations)
    assert (
        rate == pytest.approx(1000 * len(durations) / sum(durations))
        if sum(durations)
        else not rate
    )


@pytest.mark.parametrize(("suffix", "codec"), [("mp4", "libx264"), ("webm", "libvpx-vp9"),
                                               ("mkv", "libx264")])  # fmt: skip
def test_a_video_with_sound_has_frames_and_a_rate(tmp_path, suffix, codec):
    path = save_video(tmp_path / f"a.{suffix}", drawings(24), Fraction(24000, 1001), codec)
    facts = file_facts(path)
    assert facts.size is not None
    assert facts.kind == "video"
    assert facts.thumbnail is not None
    assert facts.size[:3] == (64, 64, 24)
    assert facts.size.fps == pytest.approx(24000 / 1001, rel=0.01)
    assert loaded(path, facts) == 24


def test_sound_and_other_files_have_a_kind_alone(tmp_path):
    for name, kind in (("a.flac", "audio"), ("a.glb", "other"), ("a.latent", "other"),
                       ("a.txt", "other"), ("a.svg", "other")):  # fmt: skip
        (tmp_path / name).write_bytes(b"GIF89a and the like")
        assert file_facts(tmp_path / name) == FileFacts(kind)


@pytest.mark.parametrize("name", ["a.png", "a.mp4", "a.webp"])
def test_a_damaged_file_is_an_error(tmp_path, name):
    (tmp_path / name).write_bytes(b"not what it says")
    with pytest.raises(Exception):  # noqa: B017, PT011  # each reader has its own
        file_facts(tmp_path / name)


def test_reading_ends_where_the_process_does(tmp_path):
    def stop() -> None:
        raise KeyboardInterrupt

    for path in (
        save_animation(tmp_path / "a.webp", drawings(3), 100),
        save_video(tmp_path / "a.mp4", drawings(3), Fraction(12), "libx264"),
    ):
        with pytest.raises(KeyboardInterrupt):
            file_facts(path, stop)
