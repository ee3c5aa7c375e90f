from fractions import Fraction

import numpy as np
import pytest
import torch
from PIL import Image

from anime_production.models.frames import InputError
from anime_production.models.media import memory
from anime_production.models.media.reading import read_media

SIZE = 64


def pictures(count):
    """Each brighter than the one before, so that their order shows."""
    return [Image.new("RGB", (SIZE, SIZE // 2), (20 * n, 128, 255)) for n in range(count)]


def save(path, count, durations=100, **how):
    first, *rest = pictures(count)
    first.save(path, save_all=True, append_images=rest, duration=durations, **how)
    return path


def test_a_still_is_one_frame_of_exact_values_without_a_rate(tmp_path):
    values = np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3)
    Image.fromarray(values).save(tmp_path / "still.png")
    read = read_media(tmp_path / "still.png")
    assert read.fps is None
    assert torch.equal(read.frames, torch.from_numpy(values)[None].float() / 255)


@pytest.mark.parametrize(("suffix", "how"), [("webp", {"lossless": True}), ("png", {})])
def test_an_animation_is_its_frames_in_their_order_with_their_mean_rate(tmp_path, suffix, how):
    read = read_media(save(tmp_path / f"a.{suffix}", 4, [50, 150, 100, 100], **how))
    assert read.frames.shape == (4, SIZE // 2, SIZE, 3)
    assert (read.frames[:, 0, 0, 0] * 255).round().tolist() == [0, 20, 40, 60]
    assert read.fps == pytest.approx(10.0)


def test_a_video_is_its_frames_and_its_rate(tmp_path):
    av = pytest.importorskip("av")
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(24))
        stream.width, stream.height, stream.pix_fmt = SIZE, SIZE // 2, "yuv420p"
        for picture in pictures(6):
            container.mux(stream.encode(av.VideoFrame.from_image(picture)))
        container.mux(stream.encode())
    read = read_media(path)
    assert read.frames.shape == (6, SIZE // 2, SIZE, 3)
    assert read.fps == 24.0
    assert (read.frames[:, :, :, 0].mean(dim=(1, 2)).diff() > 0.03).all()


def test_a_photograph_is_turned_upright(tmp_path):
    picture = Image.new("RGB", (SIZE, SIZE // 2))
    exif = picture.getexif()
    exif[0x0112] = 6  # orientation: a quarter turn
    picture.save(tmp_path / "turned.jpg", exif=exif)
    assert read_media(tmp_path / "turned.jpg").frames.shape == (1, SIZE, SIZE // 2, 3)


@pytest.mark.parametrize("content", [b"", b"text", b"RIFF\x00\x00\x00\x00WEBPVP8 broken"])
def test_what_is_no_picture_is_named(tmp_path, content):
    (tmp_path / "file.webp").write_bytes(content)
    with pytest.raises(InputError, match=r"file\.webp: expected a picture or a video"):
        read_media(tmp_path / "file.webp")


def test_a_cut_off_picture_is_named(tmp_path):
    values = np.random.default_rng(1).integers(0, 256, (SIZE, SIZE, 3), np.uint8)
    Image.fromarray(values).save(tmp_path / "whole.png")
    whole = (tmp_path / "whole.png").read_bytes()
    (tmp_path / "cut.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match=r"cut\.png"):
        read_media(tmp_path / "cut.png")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match=r"gone\.png"):
        read_media(tmp_path / "gone.png")


def test_one_that_is_too_large_to_hold_is_refused_before_it_is_held(tmp_path, monkeypatch):
    path = save(tmp_path / "a.webp", 4, lossless=True)
    needed = 4 * SIZE * SIZE // 2 * 3 * 4
    monkeypatch.setattr(memory, "available_memory", lambda: needed + memory.ROOM)
    assert len(read_media(path).frames) == 4
    monkeypatch.setattr(memory, "available_memory", lambda: needed + memory.ROOM - 1)
    with pytest.raises(InputError, match=r"a\.webp: expected frames that fit .* 4 frames of 64×32"):
        read_media(path)
