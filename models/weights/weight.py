"""What is known of one set of weights: its files, where they belong, whose they are.

Standard library only: the list can be shown where nothing is installed yet.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

LEFTOVERS = (".part", ".part.json", ".fetched", ".lock")
"""What a fetch that is under way, or was stopped, keeps beside the file."""


@dataclass(frozen=True)
class WeightFile:
    """One file that its publisher offers.

    Attributes:
        path: where it belongs below the folder of its kind, with forward slashes.
        source: where its publisher offers it.
        size: bytes, where they are published exactly.
        about: megabytes (10⁶ bytes), as its publisher rounds them; where `size` is known, its.
        sha256: what is published of its hash: all of it, its first digits, or nothing. Files of
            the Hugging Face hub come with theirs, so that these are verified all the same.
    """

    path: str
    source: str
    size: int | None = None
    about: float | None = None
    sha256: str = ""

    @property
    def megabytes(self) -> float | None:
        """Megabytes (10⁶ bytes); None where nothing is published."""
        return self.about if self.size is None else self.size / 1e6

    def may_have(self, size: int) -> bool:
        """Whether a file of so many bytes can be the one that was published."""
        if self.size is not None:
            return size == self.size
        return self.about is None or abs(size / 1e6 / self.about - 1) < 0.05


@dataclass(frozen=True)
class Weight:
    """What is installed as one, under one name and one licence.

    Attributes:
        name: what people call it; the key in the catalogue.
        folder: where its files belong, below ComfyUI's `models`.
        files: the first is the one that matters, the others go with it.
        licence: its terms, and what it was trained on where that matters.
        used_by: backends that need it.
        non_commercial: its licence allows no commercial use.
        also: other names for a first file with the same values.
        unpacked: for a zip: where its content goes, below the folder.
        members: files of the zip without which it is of no use.
    """

    name: str
    folder: str
    files: tuple[WeightFile, ...]
    licence: str
    used_by: tuple[str, ...]
    non_commercial: bool = False
    also: tuple[str, ...] = ()
    unpacked: str = ""
    members: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """The file, or for a zip the folder, that shows that it is installed."""
        return self.unpacked or self.files[0].path

    @property
    def source(self) -> str:
        """Where its publisher offers the first file."""
        return self.files[0].source

    @property
    def sha256(self) -> str:
        """What is published of the first file's hash."""
        return self.files[0].sha256

    @property
    def megabytes(self) -> float | None:
        """Megabytes (10⁶ bytes) to fetch, as far as they are published."""
        known = [each.megabytes for each in self.files if each.megabytes is not None]
        return sum(known) if known else None

    @property
    def size(self) -> str:
        """How much is to be fetched, for people."""
        if self.megabytes is None:
            return "size not published"
        return f"{self.megabytes:.{0 if self.megabytes >= 1 else 1}f} MB"

    def installed(self, files: Mapping[str, Path]) -> Path | None:
        """Where it is among the files of its folder, if it is.

        Args:
            files: where each is, by its path below the folder.

        Returns:
            The first file; for a zip, the folder that holds its members, however it was unpacked:
            other programs leave out `models`, and some archives add a folder of their own name.
        """
        found = {name.replace("\\", "/"): path for name, path in files.items()}
        if not self.unpacked:
            names = (self.files[0].path, *self.also)
            return next((found[name] for name in names if name in found), None)
        pack = self.unpacked.rpartition("/")[2]
        for name, path in found.items():
            above, _, last = name.rpartition("/")
            if last != self.members[0] or above.rpartition("/")[2] != pack:
                continue
            if all(f"{above}/{member}" in found for member in self.members):
                return path.parent
        return None

    def complete(self, files: Mapping[str, Path]) -> bool:
        """Whether nothing is left to fetch: it is installed, and so is what goes with it."""
        names = {name.replace("\\", "/") for name in files}
        beside = all(each.path in names for each in self.files[1:])
        return self.installed(files) is not None and beside

    @property
    def how_to_install(self) -> str:
        """What to do, for an error or a help text."""
        published = f"; its sha256 begins with {self.sha256[:8]}" if self.sha256 else ""
        by_hand = f"download {self.source} ({self.size}; {self.licence}{published})"
        if self.unpacked:
            into = f"and unpack it into models/{self.folder}/{self.unpacked}"
        else:
            into = f"to models/{self.folder}/{self.file}"
        accept = " --accept-licence" if self.non_commercial else ""
        return (
            f"In the pack's folder run: python quickstart.py weights --fetch {self.name}{accept} "
            f"(--models names another models folder). Or {by_hand} {into} in ComfyUI."
        )


def files_in(folder: Path) -> dict[str, Path]:
    """The files below a folder, by their path below it; none where it does not exist."""
    found = {}
    for place, _, names in os.walk(folder, followlinks=True):
        for name in names:
            if not name.endswith(LEFTOVERS):
                path = Path(place, name)
                found[path.relative_to(folder).as_posix()] = path
    return found
