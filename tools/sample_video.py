"""Writer of a video as a user has it, for generators and tests."""

from fractions import Fraction
from pathlib import Path

from ..models.media.clip import Clip
from ..models.media.videos import write_mp4
from ..models.sample.sample_clip import Faults, draw_clip

RATE = 12  # frames per second


def write_video(path: Path, seam_jump: float = 0.0, frames: int = 24, side: int = 192) -> None:
    """Write a drawn clip as an MP4 with H.264.

    Args:
        path: path of the file.
        seam_jump: jump between the last frame and the first, in steps of the motion; 0 loops.
        frames: number of frames, and of the frames after which the motion repeats.
        side: width and height in px.
    """
    faults = Faults(seam_jump=seam_jump)
    pictures = draw_clip(frames, side, side, frames, character=2, seed=5, faults=faults)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_mp4(path, Clip(pictures, Fraction(RATE)), {})
