"""Odd sizes, videos and sound of Save Job."""

import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest
import torch
from comfy_api.latest import InputImpl, Types

from anime_production.models.frames import InputError
from anime_production.models.media.audio_files import read_sound
from anime_production.models.media.reading import read_media

from .job_files import probe

ODD = torch.linspace(0, 1, 5).reshape(5, 1, 1, 1).expand(5, 63, 64, 3)
RATE, RARE = 48_000, 17_000  # AAC and Opus lack the rare one


def tone(seconds: float, rate: int = RATE, channels: int = 2, sounds: int = 1) -> dict[str, Any]:
    """A tone of 440 Hz."""
    times = torch.arange(round(seconds * rate)) / rate
    waveform = (0.5 * torch.sin(2 * math.pi * 440 * times)).expand(sounds, channels, -1)
    return {"waveform": waveform.contiguous(), "sample_rate": rate}


def components(images: torch.Tensor, fps: Any = 25, audio: Any = None, **how: Any) -> Any:
    """A video as Create Video gives it."""
    parts = Types.VideoComponents(images=images, frame_rate=fps, audio=audio)
    return InputImpl.VideoFromComponents(parts, **how)


@pytest.mark.parametrize("name", ["images", "video"])
def test_an_odd_size_is_refused_in_a_sentence(saving, name):
    inputs = {"images": ODD, "format": "mp4"} if name == "images" else {"video": components(ODD)}
    with pytest.raises(InputError, match=rf"^{name}: expected an even width and height for an mp4, "
                       r"got 64×63\. Set odd_sizes to pad or crop, or save as webm"):  # fmt: skip
        saving(**inputs)
    assert saving.visible() == []


@pytest.mark.parametrize(("odd_sizes", "height"), [("pad", 64), ("crop", 62)])
@pytest.mark.parametrize("name", ["images", "video"])
def test_an_odd_size_is_padded_or_cropped(saving, name, odd_sizes, height):
    audio = tone(0.1)
    inputs = {"images": ODD, "format": "mp4", "audio": audio, "fps": 25.0}
    if name == "video":
        inputs = {"video": components(ODD, audio=audio)}
    saved = saving(odd_sizes=odd_sizes, **inputs)
    facts = probe(saved.paths[0])
    assert (facts["video"]["width"], facts["video"]["height"]) == (64, height)
    assert facts["audio"]["codec_name"] == "aac"
    assert saved.notes == ["resized"]
    assert saving.artifacts()[0].height == height
    read = read_media(saved.paths[0]).frames
    assert read[:, -1].mean(dim=(1, 2)).tolist() == pytest.approx([0, 0.25, 0.5, 0.75, 1], abs=0.02)


def test_a_file_of_odd_size_is_refused_or_fitted(saving, tmp_path):
    """ComfyUI encodes a webm anew for an mp4, and its error names nothing to change."""
    path = saving(images=ODD, format="webm", fps=25.0).paths[0]
    with pytest.raises(InputError, match=r"^video: expected an even width and height"):
        saving(video=InputImpl.VideoFromFile(str(path)))
    assert saving.visible() == [path.name]
    saved = saving(video=InputImpl.VideoFromFile(str(path)), odd_sizes="crop")
    assert saving.artifacts()[-1].height == 62
    assert len(read_media(saved.paths[0]).frames) == 5


@pytest.mark.parametrize(
    ("fps", "exact"),
    [
        (23.976, Fraction(24000, 1001)),
        (23.98, Fraction(24000, 1001)),
        (Fraction(24000, 1001), Fraction(24000, 1001)),
        (29.97, Fraction(30000, 1001)),
        (59.94, Fraction(60000, 1001)),
        (24, Fraction(24)),
        (12.5, Fraction(25, 2)),
    ],
)
def test_rates_of_videos_are_exact(saving, fps, exact):
    even = ODD[:, :62]
    for inputs in ({"images": even, "fps": float(fps), "format": "mp4"},
                   {"video": components(even, fps)}):  # fmt: skip
        facts = probe(saving(**inputs).paths[0])["video"]
        assert Fraction(facts["r_frame_rate"]) == Fraction(facts["avg_frame_rate"]) == exact
        assert Fraction(facts["duration"]) == pytest.approx(float(5 / exact), abs=1e-6)


def test_a_broken_video_is_refused(saving):
    images = ODD[:, :62].clone()
    images[2] = math.nan
    with pytest.raises(InputError, match=r"^video: expected finite values, got NaN or infinity in "
                       r"1 of 5 frames, first in frame 2"):  # fmt: skip
        saving(video=components(images))
    with pytest.raises(
        InputError, match=r"^video: expected a width and a height above 0, got 64×0"
    ):
        saving(video=components(torch.rand(2, 0, 64, 3)))
    assert saving.visible() == []


def test_a_video_of_ten_bits_keeps_them(saving):
    path = saving(video=components(ODD[:, :62], bit_depth=10)).paths[0]
    assert probe(path)["video"]["pix_fmt"] == "yuv420p10le"


@pytest.mark.parametrize("channels", [1, 2, 6])
@pytest.mark.parametrize("rate", [44_100, 48_000])
@pytest.mark.parametrize("format", ["mp4", "webm"])
def test_sound_is_in_a_video_from_the_first_sample_to_the_last(
    saving,
    format,
    rate,
    channels,
):
    images = ODD[:1, :62].expand(24, -1, -1, -1)
    audio = tone(2.0, rate, channels)
    path = saving(images=images, format=format, fps=12.0, audio=audio).paths[0]
    assert probe(path)["audio"]["channels"] == channels
    read = read_sound(path)
    assert read is not None
    expected = tone(2.0, read.rate, channels)["waveform"][0].numpy()
    assert len(read.waveform) == channels
    assert abs(read.samples - 2.0 * read.rate) <= 8  # Opus counts in 1/48000 s
    middle = slice(read.rate // 10, -read.rate // 10)
    length = min(read.samples, expected.shape[1])
    difference = read.waveform.numpy()[:, :length][:, middle] - expected[:, :length][:, middle]
    quiet = 3 if channels == 6 else None  # AAC and Opus cut the low-frequency channel
    assert abs(difference[:quiet]).max() < 0.05


def test_sound_is_cut_to_the_pictures_and_it_is_said(saving):
    images = ODD[:1, :62].expand(12, -1, -1, -1)
    saved = saving(images=images, format="mp4", fps=12.0, audio=tone(2.0))
    assert saved.notes == ["sound_cut"]
    assert "2.00 s" in saved.ui["text"][0]
    facts = probe(saved.paths[0])
    assert float(facts["audio"]["duration"]) == pytest.approx(1.0, abs=1e-4)
    assert float(facts["format"]["duration"]) == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("format", ["png", "webp", "apng", "gif"])
def test_a_format_without_sound_has_it_beside(saving, format):
    audio = tone(0.5)
    saved = saving(images=ODD, format=format, audio=audio)
    (path,) = saved.listed("audio")
    assert path.name == "012_00001_.flac"
    assert saved.notes[-1] == "sound_beside"
    read = read_sound(path)
    assert read is not None
    assert abs(read.waveform - audio["waveform"][0]).max() < 1e-6
    artifact = saving.artifacts()[-1]
    assert (artifact.kind, artifact.frames) == ("audio", None)
    assert probe(path)["audio"]["codec_name"] == "flac"


def test_sound_alone_and_beside_a_video_is_a_file(saving):
    saved = saving(audio=tone(0.5))
    assert ([each.name for each in saved.listed("audio")], saved.paths) == (["012_00001_.flac"], [])
    saved = saving(audio=tone(0.5, channels=1), video=components(ODD[:, :62], audio=tone(0.2)))
    assert saved.notes == ["video_keeps_sound"]
    own = read_sound(saved.paths[0])
    assert own is not None
    assert len(own.waveform) == 2, "the video has its own sound"


def test_every_sound_of_a_batch_is_saved_and_a_video_takes_one(saving):
    saved = saving(images=ODD, audio=tone(0.1, sounds=5))
    assert len(saved.listed("audio")) == 5
    with pytest.raises(InputError, match=r"^audio: expected one sound for a video, got 5 sounds"):
        saving(images=ODD[:, :62], audio=tone(0.1, sounds=5), format="mp4")


@pytest.mark.parametrize(
    ("audio", "received"),
    [
        ({"waveform": torch.zeros(1, 3, 10), "sample_rate": RATE}, "1, 2 or 6 channels, got 3"),
        (
            {"waveform": torch.zeros(1, 2, 0), "sample_rate": RATE},
            "a sound.* got a sound without samples",
        ),
        (
            {"waveform": torch.full((1, 1, 9), math.nan), "sample_rate": RATE},
            "a sound.* got values that are NaN or infinite",
        ),
        (
            {"waveform": torch.zeros(10), "sample_rate": RATE},
            "a sound.* got a waveform of shape",
        ),
        ("x", "a sound.* got str"),
    ],
)
@pytest.mark.parametrize("format", ["png", "mp4"])
def test_a_wrong_sound_is_named(saving, format, audio, received):
    with pytest.raises(InputError, match=rf"^audio: expected {received}"):
        saving(images=ODD[:, :62], format=format, audio=audio)
    assert saving.visible() == []


def test_a_copied_video_keeps_its_file(saving, tmp_path):
    path: Path = saving(images=ODD[:, :62], format="mp4", fps=23.976, audio=tone(0.1)).paths[0]
    copy = saving(video=InputImpl.VideoFromFile(str(path))).paths[0]
    with av.open(str(path)) as one, av.open(str(copy)) as other:
        packets = [
            [bytes(packet) for packet in each.demux(video=0) if packet.size]
            for each in (one, other)
        ]
    assert packets[0] == packets[1], "an mp4 is not encoded again"


@pytest.mark.parametrize(("format", "written"), [("mp4", 48_000), ("webm", 48_000), ("png", RARE)])
def test_a_rate_that_the_codec_lacks_is_resampled(saving, format, written):
    images = ODD[:1, :62].expand(12, -1, -1, -1)
    saved = saving(images=images, format=format, fps=12.0, audio=tone(1.0, RARE))
    read = read_sound((saved.listed("audio") or saved.paths)[0])
    assert read is not None
    assert read.rate == written
    assert read.seconds == pytest.approx(1.0, abs=1e-3)


def test_a_rate_that_no_file_has_is_refused(saving):
    with pytest.raises(InputError, match="at most 655,350 samples per second, got 1,234,567"):
        saving(images=ODD, audio=tone(0.1, 1_234_567))
    assert saving.visible() == []


def test_a_name_that_the_system_refuses_is_a_sentence(saving):
    with pytest.raises(InputError, match=r'^filename: .*"File name too long". Choose a shorter'):
        saving(images=ODD, filename="/".join(["n" * 100] * 60))


def test_nothing_to_save_is_said(saving):
    assert saving().notes == ["nothing_saved"]
    assert saving(report_file=True).notes == ["no_report", "nothing_saved"]
    assert "nothing_saved" not in saving(images=ODD).notes
