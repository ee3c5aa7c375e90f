"""Facts of a file that another node wrote: its kind, the size and number of its frames, its rate.

The suffix of the name gives the kind. A file without a suffix of pictures or sound is never opened:
what reads videos would take many a text or a model for one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

from ...media.suffixes import ANIMATED, ANIMATION, IMAGE, VIDEO, kind_of
from .stored_frames import frames_until
from .thumbnail import thumbnail
from .video_files import VideoFacts, middle_frame, video_facts

ROTATION, TURNED = 0x0112, (5, 6, 7, 8)  # EXIF's orientation, and its values that swap the sides
# Pixels of a picture. A larger one gets no thumbnail, because decoding it takes over 250 MB.
MOST_PIXELS = 1 << 26
# Milliseconds by which a duration may differ from a multiple of the shortest one.
ROUNDING = 1.0
LONGEST_HOLD = 24  # equal drawings in a row that a longer duration can stand for; 2 s on ones

Poll = Callable[[], None]


@dataclass(frozen=True)
class FileFacts:
    """Facts of a file.

    Attributes:
        kind: `image`, `animation`, `video`, `audio` or `other`.
        size: size, number and rate of the frames; None without frames, or if they can't be read.
        thumbnail: small WebP; None without frames, or if they can't be read.
    """

    kind: str
    size: VideoFacts | None = None
    thumbnail: bytes | None = None


def file_facts(path: Path, poll: Poll = lambda: None) -> FileFacts:
    """Return the facts of a file; frames that can't be read leave them out.

    Args:
        path: path of the file.
        poll: function that is called again and again and may raise to end the reading.

    Raises:
        Exception: what `poll` raised, or an error of a damaged file, which can be of any kind.
    """
    kind = kind_of(path)
    if kind == IMAGE:
        with Image.open(path) as picture:
            if path.suffix.lower() in ANIMATED and getattr(picture, "n_frames", 1) > 1:
                return _animation(picture, poll)
            return _still(picture)
    if kind == VIDEO:
        size = video_facts(path, poll)
        middle = middle_frame(path) if size.width * size.height <= MOST_PIXELS else None
        return FileFacts(VIDEO, size, None if middle is None else thumbnail(middle))
    return FileFacts(kind)


def _still(picture: Image.Image) -> FileFacts:
    width, height = picture.size
    if picture.getexif().get(ROTATION) in TURNED:
        width, height = height, width
    size = VideoFacts(width, height, frames=1, fps=None)
    if width * height > MOST_PIXELS:
        return FileFacts(IMAGE, size)
    return FileFacts(IMAGE, size, thumbnail(ImageOps.exif_transpose(picture)))


def _animation(picture: Image.Image, poll: Poll) -> FileFacts:
    stored: int = picture.n_frames  # type: ignore[attr-defined]  # only animated formats have it
    durations, middle = [], None
    for number in range(stored):
        poll()
        picture.seek(number)
        picture.load()  # sets the frame's duration
        durations.append(float(picture.info.get("duration", 0)))
        if number == stored // 2:
            middle = thumbnail(picture)
    fps = animation_rate(durations)
    count, milliseconds = 0, 0.0
    for duration in durations:
        milliseconds += duration
        count = count + 1 if fps is None else frames_until(count, milliseconds, fps)
    return FileFacts(ANIMATION, VideoFacts(*picture.size, frames=count, fps=fps), middle)


def animation_rate(durations: Sequence[float]) -> float | None:
    """Return the frame rate of an animation; None if it doesn't tell.

    Writers store equal consecutive frames as one with a longer duration. So if all durations are
    multiples of the shortest one, that is the duration of a frame. Otherwise the number of stored
    frames is divided by the whole duration.

    Args:
        durations: milliseconds of each stored frame.

    Examples:
        >>> animation_rate([125, 250, 125])
        8.0
        >>> animation_rate([100, 130, 170])
        7.5
    """
    total, shortest = sum(durations), min(durations, default=0.0)
    if shortest <= 0:
        return None
    holds = [round(duration / shortest) for duration in durations]
    are_multiples = max(holds) <= LONGEST_HOLD and all(
        abs(duration - hold * shortest) <= ROUNDING
        for duration, hold in zip(durations, holds, strict=True)
    )
    return 1000 * (sum(holds) if are_multiples else len(durations)) / total
