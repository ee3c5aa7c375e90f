"""Formats in which Save Job writes images, with what each keeps of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .apng import write_apng
from .clip import Clip
from .gif import FASTEST, write_gif
from .stills import write_lossless_webp, write_webp
from .suffixes import ANIMATION, IMAGE, VIDEO
from .videos import write_mp4, write_webm

Writer = Callable[[Path, Clip, Mapping[str, Any]], None]


@dataclass(frozen=True)
class FileFormat:
    """A format of files.

    Attributes:
        name: value of the node's input.
        suffix: suffix of the files, with its point.
        kind: kind of the artifact.
        write: function that writes a clip with its metadata; None for one file for each frame.
        has_alpha: True if alpha is kept.
        has_sound: True if sound is written into the file.
        needs_even_size: True if width and height must be even.
        few_colours: True if the file has 256 colours, and pixels that are clear or opaque.
        fastest: highest frame rate that browsers play as it is; None for no such limit.
    """

    name: str
    suffix: str
    kind: str
    write: Writer | None
    has_alpha: bool = True
    has_sound: bool = False
    needs_even_size: bool = False
    few_colours: bool = False
    fastest: int | None = None


# New formats go to the end: saved workflows hold the names, and phases test for the first three.
FORMATS = {
    each.name: each
    for each in (
        FileFormat("png", ".png", IMAGE, None),
        FileFormat("webp", ".webp", ANIMATION, write_webp),
        FileFormat(
            "mp4",
            ".mp4",
            VIDEO,
            write_mp4,
            has_alpha=False,
            has_sound=True,
            needs_even_size=True,
        ),
        FileFormat("webp lossless", ".webp", ANIMATION, write_lossless_webp),
        # `.png` as ComfyUI's own node for APNG: the editor reads a workflow from no `.apng`.
        FileFormat("apng", ".png", ANIMATION, write_apng),
        FileFormat("gif", ".gif", ANIMATION, write_gif, few_colours=True, fastest=FASTEST),
        FileFormat("webm", ".webm", VIDEO, write_webm, has_sound=True),
    )
}
