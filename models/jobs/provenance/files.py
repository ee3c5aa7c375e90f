"""Writing of a job's pictures and videos, with the prompt, workflow and report as metadata."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from itertools import islice, pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4

import torch
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from PIL.TiffTags import ASCII, lookup

from ...file_hash import sha256_of
from ...gating.loops import without_loop_marks
from ...report import Report
from ...whole_files import move
from ..job import Artifact, Job
from .thumbnail import thumbnail
from .video_files import VideoFacts, middle_frame, video_facts

FORMATS = ("png", "webp", "mp4")
PNG_COMPRESSION = 4  # as in ComfyUI; level 9 takes three times as long for files 2 % smaller
WEBP_QUALITY, WEBP_EFFORT = 90, 4
# EXIF tags from which ComfyUI reads the metadata of a WebP: the prompt from the first, everything
# else from the second and the tags below it.
EXIF_PROMPT, EXIF_FIRST = 0x0110, 0x010F
OWN_FACTS = ("prompt", "anime_job", "anime_report")
MOST_EXTRA = 50  # further facts; the EXIF data of a WebP has fewer than 271 tags for them
EXTRA_KEY = re.compile(r"[!-~]{1,79}")  # the longest keyword of a PNG's text


@dataclass(frozen=True)
class Destination:
    """Folder and name of the files to write.

    Attributes:
        root: ComfyUI's output folder.
        folder: folder of the files, below `root`.
        name: name of the files, before counter and suffix.
        counter: lowest number that the first file can have.
    """

    root: Path
    folder: Path
    name: str
    counter: int


@dataclass(frozen=True)
class SavedFile:
    """A file that is complete on the disk, with its thumbnail; None if there is no thumbnail."""

    artifact: Artifact
    thumbnail: bytes | None


def embedded_facts(
    job: Job,
    report: Report | None,
    prompt: Mapping[str, Any] | None,
    extra: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Return the metadata of every file: ComfyUI's own keys, the job and its report.

    Args:
        job: job that writes the file.
        report: report on the pictures, or None.
        prompt: prompt in API format.
        extra: values that the editor sends with the prompt, such as `workflow`. A client may send
            anything: what no file can hold, and what would stand for the pack's own facts, is left
            out.
    """
    facts: dict[str, Any] = {}
    if prompt is not None and _is_json(prompt):
        facts["prompt"] = without_loop_marks(prompt)
    facts.update(_extra_facts(extra))
    facts["anime_job"] = {
        "id": str(job.id),
        "prompt_id": job.prompt_id,
        "project": job.project,
        "episode": job.episode,
        "scene": job.scene,
        "shot": job.shot,
        "character": job.character,
        "tags": list(job.tags),
    }
    if report is not None:
        facts["anime_report"] = report.to_dict()
    return facts


def _extra_facts(extra: Any) -> dict[str, Any]:
    """Return the values of a client that can be metadata of a file."""
    items = extra.items() if isinstance(extra, Mapping) else ()
    return {
        key: value
        for key, value in islice(items, MOST_EXTRA)
        if isinstance(key, str)
        and EXTRA_KEY.fullmatch(key)
        and key not in OWN_FACTS
        and _is_json(value)
    }


def _is_json(value: Any) -> bool:
    """Return True if JSON can hold a value; a deeply nested one can't be written."""
    try:
        json.dumps(value)
    except (ValueError, TypeError, RecursionError):
        return False
    return True


def save_stills(
    images: torch.Tensor, to: Destination, facts: Mapping[str, Any]
) -> Iterator[SavedFile]:
    """Write each picture as a PNG.

    Args:
        images: pictures with values in 0–1, shape (frames, height, width, 1, 3 or 4 channels).
        to: folder and name of the files.
        facts: metadata from `embedded_facts`; an empty mapping writes none.

    Yields:
        Each file as soon as it is complete on the disk.
    """
    information = PngInfo()
    for key, value in facts.items():
        information.add_text(key, json.dumps(value))
    counter = to.counter
    for number, image in enumerate(images):
        picture = as_picture(image)

        def write(stream: BytesIO, picture: Image.Image = picture) -> None:
            picture.save(stream, "PNG", pnginfo=information, compress_level=PNG_COMPRESSION)

        path, counter = _write(to, number, counter, "png", write)
        size = VideoFacts(*picture.size, frames=1, fps=None)
        yield SavedFile(_artifact(path, to.root, "image", size), thumbnail(picture))


def save_animation(
    images: torch.Tensor, fps: float, to: Destination, facts: Mapping[str, Any]
) -> SavedFile:
    """Write a batch as one animated WebP.

    Args:
        images: pictures with values in 0–1, shape (frames, height, width, 1, 3 or 4 channels).
        fps: frame rate in frames per second, above 0.
        to: folder and name of the file.
        facts: metadata from `embedded_facts`; an empty mapping writes none.

    Returns:
        The file.
    """
    pictures = [as_picture(image) for image in images]
    exif = pictures[0].getexif()
    other_facts = {key: value for key, value in facts.items() if key != "prompt"}
    if "prompt" in facts:
        exif[EXIF_PROMPT] = f"prompt:{json.dumps(facts['prompt'])}"
    # EXIF has tags in between that hold numbers.
    tags = (tag for tag in range(EXIF_FIRST, 0, -1) if lookup(tag).type in (None, ASCII))
    for tag, (key, value) in zip(tags, other_facts.items(), strict=False):
        exif[tag] = f"{key}:{json.dumps(value)}"

    def write(stream: BytesIO) -> None:
        pictures[0].save(
            stream,
            "WEBP",
            save_all=True,
            append_images=pictures[1:],
            duration=_durations(len(pictures), fps),
            loop=0,
            exif=exif,
            quality=WEBP_QUALITY,
            method=WEBP_EFFORT,
        )

    path, _ = _write(to, 0, to.counter, "webp", write)
    size = VideoFacts(*pictures[0].size, frames=len(pictures), fps=fps)
    middle = thumbnail(pictures[len(pictures) // 2])
    return SavedFile(_artifact(path, to.root, "animation", size), middle)


def save_video(
    write: Callable[[Path, dict[str, Any] | None], None], to: Destination, facts: Mapping[str, Any]
) -> SavedFile:
    """Write a video as an MP4.

    Args:
        write: function that writes the video with its metadata to a path whose folder exists.
        to: folder and name of the file.
        facts: metadata from `embedded_facts`; an empty mapping writes none.

    Returns:
        The file.
    """
    to.folder.mkdir(parents=True, exist_ok=True)
    # The file gets its final name only when it is complete.
    unfinished = to.folder / f".{uuid4().hex}.mp4"
    try:
        write(unfinished, dict(facts) or None)
        picture = middle_frame(unfinished)
        path, _ = _reserve(to, 0, to.counter, "mp4")
        try:
            move(unfinished, path)
        except OSError:
            path.unlink()  # nothing is in it
            raise
    finally:
        unfinished.unlink(missing_ok=True)
    artifact = _artifact(path, to.root, "video", video_facts(path))
    return SavedFile(artifact, None if picture is None else thumbnail(picture))


def _durations(count: int, fps: float) -> list[int]:
    """Return the whole milliseconds of each frame, so that rounding errors don't add up."""
    ends = [round(1000 * number / fps) for number in range(count + 1)]
    return [max(1, end - start) for start, end in pairwise(ends)]


def as_picture(image: torch.Tensor) -> Image.Image:
    """Return a picture with 8 bits per channel, rounded; NaN becomes black.

    Args:
        image: picture with values in 0–1, shape (height, width, 1, 3 or 4 channels).
    """
    levels = (image.float().nan_to_num(0.0).clamp(0, 1) * 255).round().to(torch.uint8).cpu()
    return Image.fromarray(levels.squeeze(-1).numpy() if levels.shape[-1] == 1 else levels.numpy())


def _write(
    to: Destination, number: int, counter: int, suffix: str, write: Callable[[BytesIO], None]
) -> tuple[Path, int]:
    """Write a file under the next free counter; return its path and the counter after it."""
    stream = BytesIO()
    write(stream)
    path, counter = _reserve(to, number, counter, suffix)
    path.write_bytes(stream.getbuffer())
    return path, counter


def _reserve(to: Destination, number: int, counter: int, suffix: str) -> tuple[Path, int]:
    """Create an empty file under the next free counter; return its path and the next counter."""
    name = to.name.replace("%batch_num%", str(number))
    to.folder.mkdir(parents=True, exist_ok=True)
    while True:
        path = to.folder / f"{name}_{counter:05}_.{suffix}"
        counter += 1
        try:
            path.open("xb").close()  # another process may have taken the name
            return path, counter
        except FileExistsError:
            continue


def _artifact(path: Path, root: Path, kind: str, size: VideoFacts) -> Artifact:
    return Artifact(
        path=path.relative_to(root).as_posix(),
        kind=kind,
        bytes=path.stat().st_size,
        sha256=sha256_of(path),
        **size._asdict(),
    )
