"""Reading of a job's frames from the files that it wrote."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import torch

from ...frames import InputError
from ...media.opened import OpenedMedia, open_media
from ...media.reading import FrameBuffer
from ...media.suffixes import ANIMATION
from ..job import Artifact

INPUT = "file"  # name of the node's input, for errors


def load_frames(root: Path, artifacts: Sequence[Artifact], most_frames: int) -> torch.Tensor:
    """Return all frames of some files of a job, in the files' order.

    Args:
        root: ComfyUI's output folder.
        artifacts: files of one job that have frames, at least one.
        most_frames: largest number of frames; if there are more, no file is read.

    Returns:
        RGB frames with values in 0–1, shape (frames, height, width, 3); with a fourth channel if
        one of the files has alpha.

    Raises:
        InputError: a file is missing or can't be read, the sizes differ, there are too many frames,
            or they don't fit into the memory that is free.
    """
    sizes = {(each.width, each.height): each for each in artifacts}
    if len(sizes) > 1:
        received = " and ".join(f"{w}×{h} ({each.path})" for (w, h), each in sizes.items())
        raise InputError(
            INPUT, "files of one size", received, "Choose one of the files by its number."
        )
    count = sum(each.frames or 0 for each in artifacts)
    if count > most_frames:
        remedy = "Raise most_frames"
        remedy += ", or choose one of the files by its number." if len(artifacts) > 1 else "."
        raise InputError("most_frames", f"at most {most_frames} frames", str(count), remedy)
    paths = [path_of(root, each) for each in artifacts]
    channels, width, height = _layout(artifacts, paths)
    buffer = FrameBuffer(INPUT, count, height, width, channels)
    for artifact, path in zip(artifacts, paths, strict=True):
        _add_frames(buffer, artifact, path)
    return buffer.clip()


def path_of(root: Path, artifact: Artifact) -> Path:
    """Return the path of a job's file, which is always inside the output folder.

    Raises:
        InputError: there is no such file in the output folder.
    """
    place = PurePosixPath(artifact.path)
    path = root / place
    if place.is_absolute() or ".." in place.parts or not path.is_file():
        remedy = "It was moved or deleted, or another machine wrote it; choose another job."
        raise InputError(INPUT, f"{artifact.path} in {root}", "no such file", remedy)
    return path


def _layout(artifacts: Sequence[Artifact], paths: Sequence[Path]) -> tuple[int, int, int]:
    """Return the most channels of some files, their width and their height; no frame is decoded."""
    layouts = []
    for artifact, path in zip(artifacts, paths, strict=True):
        with _opened(artifact, path) as media:
            layouts.append((media.channels, media.width, media.height))
    sizes = dict.fromkeys((width, height) for _, width, height in layouts)
    if len(sizes) > 1:
        raise _changed("frames of one size", " and ".join(f"{w}×{h}" for w, h in sizes))
    return max(layouts)


@contextmanager
def _opened(artifact: Artifact, path: Path) -> Iterator[OpenedMedia]:
    """Open a file of a job.

    Raises:
        InputError: the file can't be read.
    """
    try:
        with open_media(path) as media:
            yield media
    except InputError as error:
        if error.name == INPUT:
            raise
        remedy = "Was it changed since? Choose another job or file."
        raise InputError(INPUT, f"{artifact.path} as saved", f"{error}", remedy) from error


def _add_frames(buffer: FrameBuffer, artifact: Artifact, path: Path) -> None:
    """Decode the frames of a file into memory.

    A WebP or a GIF stores equal consecutive frames as one frame with a longer duration. They are
    repeated here according to the frame rate at which the file was saved.

    Raises:
        InputError: the file can't be read, or has another number of frames than when it was saved.
    """
    count, milliseconds = 0, 0.0  # of the frames so far
    expected = artifact.frames or 0
    with _opened(artifact, path) as media:
        for frame in media.frames:
            times = 1
            if artifact.kind == ANIMATION and artifact.fps is not None:
                milliseconds += frame.milliseconds
                times = frames_until(count, milliseconds, artifact.fps) - count
            if count + times > expected:
                raise _changed(f"{expected} frames in {artifact.path}", "more")
            buffer.add(frame.levels, times)
            count += times
    if count < expected:
        raise _changed(f"{expected} frames in {artifact.path}", str(count))


def _changed(expected: str, received: str) -> InputError:
    remedy = "A file was changed since it was saved; choose another job or file."
    return InputError(INPUT, expected, received, remedy)


def frames_until(count: int, milliseconds: float, fps: float) -> int:
    """Return the number of frames of an animation up to the end of a stored frame, at least one.

    Args:
        count: number of frames before the stored frame.
        milliseconds: time from the beginning to the end of the stored frame.
        fps: frame rate in frames per second.
    """
    return max(count + 1, round(milliseconds * fps / 1000))
