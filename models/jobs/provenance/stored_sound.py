"""Reading of a job's sound from the files that it wrote."""

from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from ...media.audio_files import read_sound
from ...media.suffixes import AUDIO, VIDEO
from ..job import Artifact
from .stored_frames import path_of


def load_sound(
    root: Path, chosen: Sequence[Artifact], artifacts: Sequence[Artifact]
) -> dict[str, Any] | None:
    """Return the sound that belongs to some files of a job, as ComfyUI's AUDIO.

    A video has its sound inside. For pictures it is the sound file of the same node with the name
    and number of one of them, as Save Job writes it.

    Args:
        root: ComfyUI's output folder.
        chosen: files of one node whose frames are loaded, at least one.
        artifacts: all files of the job.

    Returns:
        The sound; None if there is none, or if several belong to the files.

    Raises:
        InputError: a file is missing or can't be read.
    """
    first = chosen[0]
    if len(chosen) == 1 and first.kind == VIDEO:
        sound = read_sound(path_of(root, first))
        if sound is not None:
            return sound.to_audio()
    sounds = [each for each in artifacts if each.kind == AUDIO and each.node_id == first.node_id]
    stems = {_stem(each) for each in chosen}
    beside = [each for each in sounds if _stem(each) in stems]
    if len(beside) != 1:
        return None
    sound = read_sound(path_of(root, beside[0]))
    return None if sound is None else sound.to_audio()


def _stem(artifact: Artifact) -> str:
    """Return the path of a file without its suffix."""
    return str(PurePosixPath(artifact.path).with_suffix(""))
