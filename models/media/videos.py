"""Writing of clips as MP4 (H.264) and WebM (VP9), by PyAV."""

import importlib
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .audio_files import audio_frames, layout_of
from .clip import Clip
from .tags import write_tags

BT709, LIMITED = 1, 1  # FFmpeg's numbers for the colours of HDTV, and for levels of 16–235
USUAL_RATE = 48_000  # samples per second, which every codec has and every player expects
# Of MPEG-4, ISO/IEC 14496-3, table 1.18.
AAC_RATES = frozenset(
    (96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050)
    + (16_000, 12_000, 11_025, 8_000, 7_350)
)


@dataclass(frozen=True)
class Codec:
    """Container and codecs of a video.

    Attributes:
        container: FFmpeg's name of the container.
        video: FFmpeg's name of the codec of the frames.
        options: options of that codec.
        audio: FFmpeg's name of the codec of the sound.
        audio_rates: samples per second that the codec takes; others become `USUAL_RATE`.
        pixels: pixel format of opaque frames.
        pixels_with_alpha: pixel format of frames with alpha; "" if the codec has none.
        deep_pixels: pixel format of frames with 10 bits; "" if players expect none.
        container_options: options of the container.
    """

    container: str
    video: str
    options: Mapping[str, str]
    audio: str
    audio_rates: Set[int]
    pixels: str
    pixels_with_alpha: str
    deep_pixels: str
    container_options: Mapping[str, str]


# Quality: CRF 18 of x264 is the usual value for no visible loss. VP9's scale is another, and 24
# gives the same error on drawings (docs/formats.md).
H264 = Codec(
    container="mp4",
    video="libx264",
    options={"crf": "18"},
    audio="aac",
    audio_rates=AAC_RATES,
    pixels="yuv420p",
    pixels_with_alpha="",
    deep_pixels="yuv420p10le",
    # Tags of any name, and the index in front so that a player starts before it has everything.
    # Players cut the sound by times of the container. Its usual thousandths would cut up to 1 ms
    # too early; these ticks hold a sample of 48 kHz and a frame of every NTSC rate.
    container_options={
        "movflags": "use_metadata_tags+faststart",
        "movie_timescale": "240000",
    },
)
VP9 = Codec(
    container="webm",
    video="libvpx-vp9",
    options={"crf": "20", "b": "0", "deadline": "good", "cpu-used": "3", "row-mt": "1"},
    audio="libopus",
    audio_rates=frozenset((USUAL_RATE,)),
    pixels="yuv420p",
    pixels_with_alpha="yuva420p",
    deep_pixels="",
    container_options={},
)


def write_mp4(path: Path, clip: Clip, facts: Mapping[str, Any]) -> None:
    """Write a clip as MP4 with H.264 and AAC; alpha is composited over mid grey.

    Args:
        path: path of the file.
        clip: frames with an even width and height, and their sound.
        facts: metadata by key; an empty mapping writes none.
    """
    _write(path, clip, facts, H264)


def write_webm(path: Path, clip: Clip, facts: Mapping[str, Any]) -> None:
    """Write a clip as WebM with VP9, with its alpha, and Opus.

    Args:
        path: path of the file.
        clip: frames of any size, and their sound.
        facts: metadata by key; an empty mapping writes none.
    """
    _write(path, clip, facts, VP9)


def _write(path: Path, clip: Clip, facts: Mapping[str, Any], codec: Codec) -> None:
    av: Any = importlib.import_module("av")  # PyAV, which ComfyUI requires
    options = dict(codec.container_options)
    with av.open(str(path), "w", format=codec.container, options=options) as container:
        write_tags(container, facts)
        source, pixels, levels = _pixels(clip, codec)
        stream = container.add_stream(codec.video, rate=clip.rate, options=dict(codec.options))
        stream.width, stream.height, stream.pix_fmt = clip.width, clip.height, pixels
        if pixels == codec.pixels_with_alpha:
            stream.metadata["alpha_mode"] = "1"
        context = stream.codec_context
        context.colorspace = context.color_primaries = context.color_trc = BT709
        context.color_range = LIMITED
        sound = _sound_in_parts(container, clip, codec)
        for number, each in enumerate(levels):
            frame = av.VideoFrame.from_ndarray(each, format=source)
            frame = frame.reformat(format=pixels, dst_colorspace=BT709)
            frame.pts, frame.time_base = number, 1 / clip.rate
            container.mux(stream.encode(frame))
            next(sound, None)  # sound and frames of the same time lie beside each other
        container.mux(stream.encode(None))
        for _ in sound:
            pass


def _pixels(clip: Clip, codec: Codec) -> tuple[str, str, Iterator[np.ndarray]]:
    """Return the pixel format of a clip's levels, the one of its file, and the levels."""
    if clip.has_alpha and codec.pixels_with_alpha:
        return "rgba", codec.pixels_with_alpha, clip.levels()
    if clip.bits > 8 and codec.deep_pixels:
        return "rgb48le", codec.deep_pixels, clip.opaque_levels(16)
    return "rgb24", codec.pixels, clip.opaque_levels()


def _sound_in_parts(container: Any, clip: Clip, codec: Codec) -> Iterator[None]:
    """Add the sound of a clip to a container; each step of the iterator writes that of a frame."""
    if clip.sound is None:
        return iter(())
    rate = clip.sound.rate if clip.sound.rate in codec.audio_rates else USUAL_RATE
    stream = container.add_stream(codec.audio, rate=rate, layout=layout_of(clip.sound))

    def steps() -> Iterator[None]:
        assert clip.sound is not None
        for frame in audio_frames(clip.sound, max(1, round(clip.sound.rate / clip.rate))):
            container.mux(stream.encode(frame))
            yield
        container.mux(stream.encode(None))

    return steps()
