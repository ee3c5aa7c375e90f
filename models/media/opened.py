"""Opening of pictures, animations and videos: their size first, their frames on demand."""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from ..frames import InputError

# FFmpeg's own decoders of these codecs leave out alpha, those of libvpx don't.
DECODERS_WITH_ALPHA = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
OPAQUE = 255


class StoredFrame(NamedTuple):
    """One frame of a file.

    Attributes:
        levels: colours with 8 bits, shape (height, width, 3 or 4 channels).
        milliseconds: duration of the frame; 0 if the file gives it none.
    """

    levels: np.ndarray
    milliseconds: float


@dataclass(frozen=True, eq=False)
class OpenedMedia:
    """A file whose frames are decoded when they are iterated over.

    Attributes:
        count: number of stored frames; a damaged video can have fewer.
        width: width of the frames, px.
        height: height of the frames, px.
        channels: 4 if the file has alpha, otherwise 3.
        rate: frame rate of a video in frames per second; None for pictures and animations.
        frames: frames in their order, decoded one at a time.
    """

    count: int
    width: int
    height: int
    channels: int
    rate: Fraction | None
    frames: Iterator[StoredFrame]


@contextmanager
def open_media(path: Path) -> Iterator[OpenedMedia]:
    """Open a still, an animation (WebP, GIF, PNG) or a video (every format that PyAV reads).

    Args:
        path: path of the file.

    Raises:
        InputError: the file doesn't exist, is neither a picture nor a video, or is damaged. Damage
            is often found only when the frames are decoded, within the context.
    """
    name = path.name
    if not path.is_file():
        raise refusal(name, "no file of that name", "Choose a file that exists.")
    try:
        try:
            picture = Image.open(path)
        except UnidentifiedImageError:
            with _opened_video(path) as video:
                yield video
            return
        with picture:
            yield _opened_picture(picture)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        if isinstance(error, InputError):
            raise
        received = f"a file that is no picture or video, or is damaged ({error})"
        raise refusal(name, received, "Save it again, or choose another file.") from error


def refusal(name: str, received: str, remedy: str) -> InputError:
    """Return the error for a file that gives no frames."""
    return InputError(name, "a picture or a video", received, remedy)


def _opened_picture(picture: Image.Image) -> OpenedMedia:
    """Open a still or an animation; a still is turned upright by its EXIF data."""
    count: int = getattr(picture, "n_frames", 1)
    upright = ImageOps.exif_transpose(picture) if count == 1 else picture
    width, height = upright.size
    channels = 4 if _has_alpha(picture, count) else 3
    return OpenedMedia(
        count, width, height, channels, None, _pictures(picture, upright, count, channels)
    )


def _pictures(
    picture: Image.Image, upright: Image.Image, count: int, channels: int
) -> Iterator[StoredFrame]:
    mode = "RGBA" if channels == 4 else "RGB"
    for number in range(count):
        frame = upright
        if count > 1:
            picture.seek(number)
            frame = picture
        levels = np.asarray(frame.convert(mode))
        # Pillow sets the duration of a frame, in ms, when it decodes the frame.
        yield StoredFrame(levels, float(picture.info.get("duration", 0.0)))


def _has_alpha(picture: Image.Image, count: int) -> bool:
    """Return True if any pixel of a picture or an animation can be transparent."""
    if not picture.has_transparency_data and picture.format != "GIF":
        return False
    if picture.format not in ("GIF", "WEBP") or count == 1:
        return picture.has_transparency_data
    # Animations mark as transparent what stays as in the frame before, and are opaque as shown.
    for number in range(count):
        picture.seek(number)
        if picture.convert("RGBA").getchannel("A").getextrema()[0] != OPAQUE:
            return True
    return False


@contextmanager
def _opened_video(path: Path) -> Iterator[OpenedMedia]:
    av: Any = importlib.import_module("av")  # PyAV, which ComfyUI requires
    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                raise refusal(path.name, "a file without pictures", "Choose another file.")
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            count = _count(container, stream)
            decoder = _decoder_with_alpha(av, stream)
            channels = 3 if decoder is None else 4
            rate = stream.average_rate or stream.base_rate
            yield OpenedMedia(
                count,
                stream.width,
                stream.height,
                channels,
                Fraction(rate) if rate else None,
                _video_frames(container, stream, decoder),
            )
    except av.error.FFmpegError as error:
        received = f"a file that is no picture or video, or is damaged ({error.strerror})"
        remedy = "Choose another file, or save it again."
        raise refusal(path.name, received, remedy) from error


def _count(container: Any, stream: Any) -> int:
    """Return the number of frames; a file that doesn't tell is read once, without decoding."""
    if stream.frames:
        return int(stream.frames)
    count = sum(packet.size > 0 for packet in container.demux(stream))
    container.seek(0)
    return count


def _decoder_with_alpha(av: Any, stream: Any) -> Any:
    """Return a decoder that gives alpha, or None if the video has none or no decoder reads it."""
    if {key.lower(): value for key, value in stream.metadata.items()}.get("alpha_mode") == "1":
        try:
            decoder = av.CodecContext.create(DECODERS_WITH_ALPHA[stream.codec_context.name], "r")
        except (KeyError, ValueError, av.error.FFmpegError):  # a PyAV that was built without libvpx
            return None
        decoder.extradata = stream.codec_context.extradata
        return decoder
    return None


def _video_frames(container: Any, stream: Any, decoder: Any) -> Iterator[StoredFrame]:
    if decoder is None:
        for frame in container.decode(stream):
            yield StoredFrame(frame.to_ndarray(format="rgb24"), 0.0)
        return
    for packet in container.demux(stream):
        for frame in decoder.decode(packet):
            yield StoredFrame(frame.to_ndarray(format="rgba"), 0.0)
