"""Reading of a video file: size, number of frames, frame rate, and the frame in the middle."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from PIL import Image


class VideoFacts(NamedTuple):
    """Size and frame rate of a video or picture file.

    Attributes:
        width, height: size of the frames in px.
        frames: number of frames.
        fps: frame rate in frames per second; None for a still, or if the file doesn't tell.
    """

    width: int
    height: int
    frames: int
    fps: float | None


def video_facts(path: Path, poll: Callable[[], None] = lambda: None) -> VideoFacts:
    """Return size, number of frames and frame rate of a video; the frames aren't decoded.

    Args:
        path: path of the video.
        poll: function that is called for each frame and may raise to end the reading.
    """
    import av

    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frames = 0
        for packet in container.demux(stream):
            poll()
            frames += packet.size > 0
        rate = stream.average_rate
        fps = None if rate is None else float(rate)
        return VideoFacts(stream.width, stream.height, frames, fps)


def middle_frame(path: Path) -> Image.Image | None:
    """Return the frame in the middle of a video; None if it has no frames."""
    import av

    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        start, middle = stream.start_time or 0, (stream.duration or 0) // 2
        container.seek(start + middle, stream=stream)  # goes to the key frame before the middle
        last = None
        for frame in container.decode(stream):
            if last is not None and frame.pts is not None and frame.pts > start + middle:
                break
            last = frame
        return None if last is None else last.to_image()
