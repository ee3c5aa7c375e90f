"""What is in a file of video, by its container and one frame."""

from pathlib import Path
from typing import NamedTuple

from PIL import Image


class VideoFacts(NamedTuple):
    """What a file holds: px, px, how many, a second."""

    width: int
    height: int
    frames: int
    fps: float | None


def video_facts(path: Path) -> VideoFacts:
    """What is in a file of video. Its frames are counted, not decoded."""
    import av

    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frames = sum(1 for packet in container.demux(stream) if packet.size)
        rate = stream.average_rate
        fps = None if rate is None else float(rate)
        return VideoFacts(stream.width, stream.height, frames, fps)


def middle_frame(path: Path) -> Image.Image | None:
    """The frame in the middle of a video; None where it has no frames."""
    import av

    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        start, middle = stream.start_time or 0, (stream.duration or 0) // 2
        container.seek(start + middle, stream=stream)  # to the key frame before it
        last = None
        for frame in container.decode(stream):
            if last is not None and frame.pts is not None and frame.pts > start + middle:
                break
            last = frame
        return None if last is None else last.to_image()
