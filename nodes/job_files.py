"""Files that Save Job writes, made from its inputs."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from comfy_api.latest import Input, InputImpl, Types

from ..models.frame_rate import exact_rate
from ..models.frames import InputError
from ..models.jobs.job import Artifact, Job
from ..models.jobs.provenance.files import (
    Destination,
    SavedFile,
    beside,
    save_images,
    save_report,
    save_sounds,
    save_video,
)
from ..models.jobs.provenance.refused_writing import refusals_in_words
from ..models.media.audio_files import check_writable
from ..models.media.clip import Clip
from ..models.media.formats import FORMATS, FileFormat
from ..models.media.levels import has_alpha, refuse_broken
from ..models.media.notes import Note
from ..models.media.sizes import REFUSE, evenly_sized, is_odd, odd_size_error
from ..models.report import Report
from ..models.sound.sound import Sound, as_sounds
from . import comfyui

MP4 = FORMATS["mp4"]  # format of videos


@dataclass(frozen=True, eq=False)
class Contents:
    """Checked contents of the files that Save Job writes.

    Attributes:
        images: frames with the sound for their file; None without images.
        file_format: format of the images.
        video: video to copy; frames with sound if it has to be encoded; None without a video.
        sounds: sounds that are written beside the other files.
        notes: sentences on what the files don't keep.
    """

    images: Clip | None
    file_format: FileFormat
    video: Clip | Input.Video | None
    sounds: tuple[Sound, ...]
    notes: tuple[Note, ...]


def checked_contents(
    images: torch.Tensor | None,
    fps: float,
    file_format: FileFormat,
    video: Input.Video | None,
    audio: Mapping[str, Any] | None,
    odd_sizes: str,
) -> Contents:
    """Check the inputs of Save Job before anything is written.

    Args:
        images: batch of images, or None.
        fps: frame rate of the images in frames per second.
        file_format: format of the images.
        video: a video, or None.
        audio: ComfyUI's AUDIO, or None.
        odd_sizes: one of `sizes.ODD_SIZES`.

    Raises:
        InputError: an input can't be written; the message says what to change.
    """
    notes: list[Note] = []
    sounds = () if audio is None else _checked_sounds(audio)
    clip = None
    if images is not None:
        own = _own_sound(sounds) if file_format.has_sound else None
        clip = _clip(images, fps, own, file_format, odd_sizes, notes)
        sounds = () if file_format.has_sound else sounds
    if sounds and images is not None:
        notes.append(Note("sound_beside", {"format": file_format.name}))
    elif sounds and video is not None:
        notes.append(Note("video_keeps_sound"))
    to_write = None if video is None else _checked_video(video, odd_sizes, notes)
    return Contents(clip, file_format, to_write, sounds, tuple(notes))


def saved_files(
    contents: Contents, prefix: str, facts: Mapping[str, Any], job: Job, report: Report | None
) -> Iterator[SavedFile]:
    """Write the files, and yield each when it is written.

    Args:
        contents: result of `checked_contents`.
        prefix: folders and name of the files.
        facts: metadata of every file.
        job: job that writes the files.
        report: report to write as JSON beside the files; None for none.
    """
    written: list[Artifact] = []
    for saved in _media_files(contents, prefix, facts):
        written.append(saved.artifact)
        yield saved
    if not contents.sounds and report is None:
        return
    to = _destination(prefix, contents)
    for saved in save_sounds(contents.sounds, beside(to, written), facts):
        written.append(saved.artifact)
        yield saved
    if report is not None:
        yield save_report(report, job, written, beside(to, written))


def _media_files(contents: Contents, prefix: str, facts: Mapping[str, Any]) -> Iterator[SavedFile]:
    if contents.images is not None:
        to = _destination(prefix, contents)
        yield from save_images(contents.images, contents.file_format, to, facts)
    if isinstance(contents.video, Clip):
        to = _destination(prefix, contents)
        yield from save_images(contents.video, MP4, to, facts)
    elif contents.video is not None:
        to = _destination(prefix, contents)
        yield save_video(_writer(contents.video), to, facts)


def _destination(prefix: str, contents: Contents) -> Destination:
    """Return the place of the next file; ComfyUI fills in the size of the frames."""
    pictures = contents.images or contents.video
    width, height = (0, 0) if pictures is None else _size(pictures)
    root = comfyui.output_directory()
    with refusals_in_words(root):
        folder, name, counter, _ = comfyui.save_image_path(prefix, width, height)
    return Destination(root, folder, name, counter)


def _size(pictures: Clip | Input.Video) -> tuple[int, int]:
    if isinstance(pictures, Clip):
        return pictures.width, pictures.height
    width, height = pictures.get_dimensions()
    return width, height


def _checked_sounds(audio: object, name: str = "audio") -> tuple[Sound, ...]:
    """Return the sounds of ComfyUI's AUDIO, which a file can hold."""
    sounds = as_sounds(audio, name)
    check_writable(sounds, name)
    return sounds


def _own_sound(sounds: Sequence[Sound]) -> Sound | None:
    """Return the sound for a video.

    Raises:
        InputError: there are several.
    """
    if len(sounds) > 1:
        remedy = "Choose one, or save the images as png, which has a file for each sound."
        raise InputError("audio", "one sound for a video", f"{len(sounds)} sounds", remedy)
    return sounds[0] if sounds else None


def _clip(
    images: torch.Tensor,
    fps: float,
    sound: Sound | None,
    file_format: FileFormat,
    odd_sizes: str,
    notes: list[Note],
    name: str = "images",
    bits: int = 8,
) -> Clip:
    """Return images as a clip that a format can hold, and add notes on what it doesn't keep."""
    refuse_broken(images, name)
    height, width = images.shape[1:3]
    if file_format.needs_even_size and is_odd(width, height):
        images = evenly_sized(images, odd_sizes, name)
        after = f"{images.shape[2]}×{images.shape[1]}"
        notes.append(Note("resized", {"before": f"{width}×{height}", "after": after}))
    clip = Clip(images, exact_rate(fps), sound, bits)
    if has_alpha(images) and not file_format.has_alpha:
        notes.append(Note("alpha_lost", {"format": file_format.name}))
    if file_format.few_colours:
        notes.append(Note("few_colours", {"format": file_format.name}))
    if file_format.fastest is not None and fps > file_format.fastest:
        values = {"format": file_format.name, "fastest": file_format.fastest}
        notes.append(Note("too_fast", values))
    if sound is not None:
        clip = Clip(images, clip.rate, sound.until(clip.seconds), bits)
        if sound.seconds > clip.seconds + 1 / clip.rate:  # less than a frame is no loss
            values = {"sound": f"{sound.seconds:.2f}", "frames": f"{float(clip.seconds):.2f}"}
            notes.append(Note("sound_cut", values))
    return clip


def _checked_video(video: Input.Video, odd_sizes: str, notes: list[Note]) -> Clip | Input.Video:
    """Return a video as frames if it has to be encoded, or as it is if its file can be copied.

    ComfyUI would round an NTSC rate, and fail without a reason for an odd size.
    """
    is_made_of_frames = isinstance(video, InputImpl.VideoFromComponents)
    if not is_made_of_frames and (odd_sizes == REFUSE or not is_odd(*video.get_dimensions())):
        return video
    parts = video.get_components()
    sound = None if not parts.audio else _own_sound(_checked_sounds(parts.audio, "video"))
    bits = video.get_bit_depth()
    rate = float(parts.frame_rate)
    return _clip(parts.images, rate, sound, MP4, odd_sizes, notes, "video", bits)


def _writer(video: Input.Video) -> Callable[[Path, dict[str, Any] | None], None]:
    """Return a function that writes a video with metadata to a path."""

    def write(path: Path, metadata: dict[str, Any] | None) -> None:
        try:
            video.save_to(
                str(path),
                format=Types.VideoContainer.MP4,
                codec=Types.VideoCodec.H264,
                metadata=metadata,
            )
        except Exception as error:
            size = video.get_dimensions()
            if is_odd(*size):  # ComfyUI's own error doesn't name what to change
                raise odd_size_error("video", *size) from error
            raise

    return write
