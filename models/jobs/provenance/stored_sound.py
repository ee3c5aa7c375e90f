"""Reading of a job's sound from the files that it wrote."""

from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from ...media.audio_files import as_audio, read_sound
from ...media.suffixes import AUDIO, VIDEO
from ..job import Artifact
from .stored_frames import path_of


def load_sound(
    root: Path, chosen: Sequence[Artifact], artifacts: Sequence[Artifact]
) -> dict[str, Any] | None:
    """Return the sound that belongs to some files of a job, as ComfyUI's AUDIO.

    A video has its sound inside. For pictures it is a sound file of the same node: that of the
    same name and number, as Save Job writes it, or the only one.

    Args:
        root: ComfyUI's output folder.
        chosen: files of one node whose frames are loaded, at least one.
        artifacts: all files of the job.

    Returns:
        The sound; None if there is none, or if the files have several.

    Raises:
        InputError: a file is missing or can't be read.
    """
    first = chosen[0]
    if len(chosen) == 1 and first.kind == VIDEO:
        track = read_sound(path_of(root, first))
        if track is not None:
            return as_audio(track)
    sounds = [each for each in artifacts if each.kind == AUDIO and each.node_id == first.node_id]
    stem = PurePosixPath(first.path).with_suffix("")
    beside = [each for each in sounds if PurePosixPath(each.path).with_suffix("") == stem]
    candidates = beside or (sounds if len(chosen) > 1 or len(artifacts) == 2 else [])
    if len(candidates) != 1:
        return None
    track = read_sound(path_of(root, candidates[0]))
    return None if track is None else as_audio(track)
