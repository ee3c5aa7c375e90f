"""Writing of a job's files, with the prompt, workflow and report as metadata."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count, islice
from pathlib import Path, PurePosixPath
from typing import Any

from ...file_hash import sha256_of
from ...gating.loops import without_loop_marks
from ...media.audio_files import write_flac
from ...media.clip import Clip
from ...media.formats import FileFormat
from ...media.levels import as_picture
from ...media.stills import write_png
from ...media.suffixes import AUDIO, IMAGE, OTHER, VIDEO
from ...report import Report
from ...sound.sound import Sound
from ...whole_files import move_to_free_name, remove_abandoned, unfinished
from ..job import Artifact, Job
from ..strict_json import strict_json
from .refused_writing import refusals_in_words
from .thumbnail import thumbnail
from .video_files import VideoFacts, middle_frame, video_facts

OWN_FACTS = ("prompt", "anime_job", "anime_report")
MOST_EXTRA = 50  # further facts; the EXIF data of a WebP has fewer than 271 tags for them
EXTRA_KEY = re.compile(r"[!-~]{1,79}")  # the longest keyword of a PNG's text

Write = Callable[[Path], None]


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
    facts["anime_job"] = job_facts(job)
    if report is not None:
        facts["anime_report"] = report.to_dict()
    return facts


def job_facts(job: Job) -> dict[str, Any]:
    """Return the facts of a job that files hold."""
    return {
        "id": str(job.id),
        "prompt_id": job.prompt_id,
        "project": job.project,
        "episode": job.episode,
        "scene": job.scene,
        "shot": job.shot,
        "character": job.character,
        "tags": list(job.tags),
    }


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


def save_images(
    clip: Clip, file_format: FileFormat, to: Destination, facts: Mapping[str, Any]
) -> Iterator[SavedFile]:
    """Write images in a format.

    Args:
        clip: frames of a size that the format can have, with the sound for its file.
        file_format: format of the files.
        to: folder and name of the files.
        facts: metadata from `embedded_facts`; an empty mapping writes none.

    Yields:
        Each file as soon as it is complete on the disk.
    """
    if file_format.write is None:
        yield from save_stills(clip, to, facts)
    else:
        yield save_clip(clip, file_format, to, facts)


def save_stills(clip: Clip, to: Destination, facts: Mapping[str, Any]) -> Iterator[SavedFile]:
    """Write each frame as a PNG; see `save_images`."""
    counter = to.counter
    for number, picture in enumerate(clip.pictures()):

        def write(path: Path, picture: Any = picture) -> None:
            write_png(path, picture, facts)

        path, counter = _write(replace(to, counter=counter), "_.png", write, number)
        size = VideoFacts(*picture.size, frames=1, fps=None)
        yield SavedFile(_artifact(path, to.root, IMAGE, size), thumbnail(picture))


def save_clip(
    clip: Clip, file_format: FileFormat, to: Destination, facts: Mapping[str, Any]
) -> SavedFile:
    """Write all frames as one animation or video; see `save_images`."""
    write = file_format.write
    assert write is not None, "the format has one file for each frame"
    path, _ = _write(to, f"_{file_format.suffix}", lambda path: write(path, clip, facts))
    size = VideoFacts(clip.width, clip.height, frames=len(clip), fps=float(clip.rate))
    middle = thumbnail(as_picture(clip.images[len(clip) // 2]))
    return SavedFile(_artifact(path, to.root, file_format.kind, size), middle)


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
    picture = None

    def write_and_look(path: Path) -> None:
        nonlocal picture
        write(path, dict(facts) or None)
        picture = middle_frame(path)

    path, _ = _write(to, "_.mp4", write_and_look)
    artifact = _artifact(path, to.root, VIDEO, video_facts(path))
    return SavedFile(artifact, None if picture is None else thumbnail(picture))


def save_sounds(
    sounds: Sequence[Sound], to: Destination, facts: Mapping[str, Any]
) -> Iterator[SavedFile]:
    """Write sounds as FLAC, without loss.

    Args:
        sounds: the sounds, a file for each.
        to: folder and name of the files.
        facts: metadata from `embedded_facts`; an empty mapping writes none.

    Yields:
        Each file as soon as it is complete on the disk.
    """
    counter = to.counter
    for number, sound in enumerate(sounds):

        def write(path: Path, sound: Sound = sound) -> None:
            write_flac(path, sound, facts)

        path, counter = _write(replace(to, counter=counter), "_.flac", write, number)
        yield SavedFile(_artifact(path, to.root, AUDIO), None)


def save_report(report: Report, job: Job, files: Sequence[Artifact], to: Destination) -> SavedFile:
    """Write a report as JSON: the job, the names of the files beside it, and the report.

    Args:
        report: report on the files.
        job: job that wrote the files.
        files: files of which the report tells.
        to: folder and name of the file.

    Returns:
        The file.
    """
    content = {
        "anime_job": job_facts(job),
        "files": [each.path.rpartition("/")[2] for each in files],
        "anime_report": report.to_dict(),
    }
    text = strict_json(content)

    def write(path: Path) -> None:
        path.write_text(f"{text}\n", encoding="utf-8")

    path, _ = _write(to, "_report.json", write)
    return SavedFile(_artifact(path, to.root, OTHER), None)


def beside(to: Destination, files: Sequence[Artifact]) -> Destination:
    """Return a destination whose first file gets the number of the first of some files."""
    if not files:
        return to
    stem = PurePosixPath(files[0].path).stem
    return replace(to, counter=int(stem.rstrip("_").rpartition("_")[2]))


def _write(to: Destination, ending: str, write: Write, number: int = 0) -> tuple[Path, int]:
    """Write a file under the next free counter, which it gets only when it is complete.

    Args:
        to: folder and name of the file.
        ending: end of the file's name, behind the counter.
        write: function that writes the file to a path whose folder exists.
        number: number of the picture or sound, for ComfyUI's placeholder.

    Returns:
        Path of the file, and the counter after its own.

    Raises:
        InputError: the folder can't be written, or its disk is full; see `refusals_in_words`.
    """
    name = to.name.replace("%batch_num%", str(number))
    with refusals_in_words(to.folder):
        if not number:
            remove_abandoned(to.folder)
        with unfinished(to.folder, ending[ending.index(".") :]) as path:
            write(path)
            counters = count(to.counter)
            taken = move_to_free_name(
                path, (to.folder / f"{name}_{each:05}{ending}" for each in counters)
            )
    return taken, next(counters)


def _artifact(path: Path, root: Path, kind: str, size: VideoFacts | None = None) -> Artifact:
    return Artifact(
        path=path.relative_to(root).as_posix(),
        kind=kind,
        bytes=path.stat().st_size,
        sha256=sha256_of(path),
        **(size._asdict() if size is not None else {}),
    )
