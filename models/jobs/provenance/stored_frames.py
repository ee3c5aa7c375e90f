"""Reading of a job's frames from the files that it wrote."""

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

import numpy as np
import torch
from PIL import Image

from ...frames import InputError
from ...media import read_media
from ..job import Artifact


def load_frames(root: Path, artifacts: Sequence[Artifact], most_frames: int) -> torch.Tensor:
    """Return all frames of some files of a job, in the files' order.

    Args:
        root: ComfyUI's output folder.
        artifacts: files of one job that have frames, at least one.
        most_frames: largest number of frames; if there are more, no file is read.

    Returns:
        RGB frames with values in 0–1, shape (frames, height, width, 3).

    Raises:
        InputError: a file is missing or can't be read, the sizes differ, or there are too many
            frames.
    """
    sizes = {(each.width, each.height): each for each in artifacts}
    if len(sizes) > 1:
        received = " and ".join(f"{w}×{h} ({each.path})" for (w, h), each in sizes.items())
        raise InputError(
            "file", "files of one size", received, "Choose one of the files by its number."
        )
    count = sum(each.frames or 0 for each in artifacts)
    if count > most_frames:
        remedy = "Raise most_frames, or choose one of the files by its number."
        raise InputError("most_frames", f"at most {most_frames} frames", str(count), remedy)
    paths = [path_of(root, each) for each in artifacts]
    parts = [_frames(each, path) for each, path in zip(artifacts, paths, strict=True)]
    shapes = dict.fromkeys((part.shape[2], part.shape[1]) for part in parts)
    read = sum(map(len, parts))
    if len(shapes) > 1 or read > most_frames:
        remedy = "A file was changed since it was saved; choose another job or file."
        received = f"{read} frames of {' and '.join(f'{w}×{h}' for w, h in shapes)}"
        raise InputError("file", f"{count} frames of one size", received, remedy)
    return torch.cat(parts)


def path_of(root: Path, artifact: Artifact) -> Path:
    """Return the path of a job's file, which is always inside the output folder.

    Raises:
        InputError: there is no such file in the output folder.
    """
    place = PurePosixPath(artifact.path)
    path = root / place
    if place.is_absolute() or ".." in place.parts or not path.is_file():
        remedy = "It was moved or deleted, or another machine wrote it; choose another job."
        raise InputError("file", f"{artifact.path} in {root}", "no such file", remedy)
    return path


def _frames(artifact: Artifact, path: Path) -> torch.Tensor:
    """Return the frames of a file.

    A WebP stores equal consecutive frames as one frame with a longer duration. They are repeated
    here according to the frame rate at which the file was saved.
    """
    if artifact.kind != "animation" or artifact.fps is None:
        return read_media(path).frames
    try:
        with Image.open(path) as picture:
            return torch.stack(list(_repeated_frames(picture, artifact.fps)))
    except (OSError, ValueError, SyntaxError) as error:
        remedy = "Was it changed since? Choose another job or file."
        raise InputError("file", f"{artifact.path} as saved", f"{error}", remedy) from error


def _repeated_frames(picture: Image.Image, fps: float) -> Iterator[torch.Tensor]:
    """Yield each stored frame as often as its duration requires at a frame rate."""
    count, milliseconds = 0, 0.0  # of the frames so far
    for number in range(getattr(picture, "n_frames", 1)):
        picture.seek(number)
        levels = np.asarray(picture.convert("RGB"), dtype=np.float32)  # `convert` loads the frame
        milliseconds += float(picture.info.get("duration", 0))
        new_count = frames_until(count, milliseconds, fps)
        frame = torch.from_numpy(levels.copy()) / 255
        yield from (frame for _ in range(new_count - count))
        count = new_count


def frames_until(count: int, milliseconds: float, fps: float) -> int:
    """Return the number of frames of an animation up to the end of a stored frame, at least one.

    Args:
        count: number of frames before the stored frame.
        milliseconds: time from the beginning to the end of the stored frame.
        fps: frame rate in frames per second.
    """
    return max(count + 1, round(milliseconds * fps / 1000))
