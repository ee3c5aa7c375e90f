"""Description of a set of weights: its files, their folder, its publisher and licence.

It needs only the standard library, so that the list can be shown before anything is installed.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

LEFTOVERS = (".part", ".part.json", ".fetched", ".lock")
"""Endings of the files that a running or interrupted download keeps beside the file."""


@dataclass(frozen=True)
class WeightFile:
    """A file that a publisher offers.

    Attributes:
        path: path below the folder of its kind, with forward slashes.
        source: address at the publisher.
        size: size in bytes; None if the exact size isn't published.
        rounded_megabytes: size in megabytes (10⁶ bytes), as the publisher rounds it; None if it
            isn't published, or if `size` is given.
        sha256: published SHA-256, or its first digits; "" if none is published. The Hugging Face
            hub sends the hash with a download, so that such a file is verified all the same.
    """

    path: str
    source: str
    size: int | None = None
    rounded_megabytes: float | None = None
    sha256: str = ""

    @property
    def megabytes(self) -> float | None:
        """Size in megabytes (10⁶ bytes); None if none is published."""
        return self.rounded_megabytes if self.size is None else self.size / 1e6

    def may_have_size(self, size: int) -> bool:
        """Return True if the published file can have this size in bytes.

        Examples:
            >>> WeightFile("a.onnx", "https://example.org/a.onnx", size=100).may_have_size(99)
            False
            >>> WeightFile("a.onnx", "https://example.org/a.onnx").may_have_size(99)
            True
        """
        if self.size is not None:
            return size == self.size
        return self.rounded_megabytes is None or abs(size / 1e6 / self.rounded_megabytes - 1) < 0.05


@dataclass(frozen=True)
class Weight:
    """A set of weights that is installed together, under one name and one licence.

    Attributes:
        name: name of the weights, the key in the catalogue.
        folder: folder of the files, below ComfyUI's `models`.
        files: all files; the first is the network, the others belong to it.
        licence: terms of use, with the training data if that matters.
        used_by: names of the detectors and backends that need it.
        non_commercial: True if the licence forbids commercial use.
        recommended: True if it is one of the weights that together see drawn characters in any
            frame and tell them apart.
        alternative_names: other file names that the first file may have, with the same values.
        unpacked: folder for the content of a zip, below `folder`; "" if the file is no zip.
        members: names of the files that the zip must hold.
        purpose: what they are for, in a maker's words, without a full stop.
        gain: sentences on what the nodes do with them.
        without: sentence on what the nodes do while no weights of this folder are installed.
        page: address of the publisher's page, with the terms in full.
    """

    name: str
    folder: str
    files: tuple[WeightFile, ...]
    licence: str
    used_by: tuple[str, ...]
    non_commercial: bool = False
    recommended: bool = False
    alternative_names: tuple[str, ...] = ()
    unpacked: str = ""
    members: tuple[str, ...] = ()
    purpose: str = ""
    gain: str = ""
    without: str = ""
    page: str = ""

    @property
    def file(self) -> str:
        """File, or for a zip folder, whose existence shows that the weights are installed."""
        return self.unpacked or self.files[0].path

    @property
    def source(self) -> str:
        """Address of the first file at the publisher."""
        return self.files[0].source

    @property
    def sha256(self) -> str:
        """Published SHA-256 of the first file, or its first digits; "" if none is published."""
        return self.files[0].sha256

    @property
    def megabytes(self) -> float | None:
        """Size of the download in megabytes (10⁶ bytes), of the files with a published size."""
        sizes = [each.megabytes for each in self.files if each.megabytes is not None]
        return sum(sizes) if sizes else None

    @property
    def size(self) -> str:
        """Size of the download, as a text for the user."""
        if self.megabytes is None:
            return "size not published"
        return f"{self.megabytes:.{0 if self.megabytes >= 1 else 1}f} MB"

    def installed(self, files: Mapping[str, Path]) -> Path | None:
        """Return the path of the installed weights, or None if they aren't installed.

        Args:
            files: path of each installed file, by its path below the folder.

        Returns:
            The first file. For a zip, the folder that holds its members, wherever it was unpacked:
            other programs leave out `models`, and some archives add a folder of their own name.
        """
        paths = {name.replace("\\", "/"): path for name, path in files.items()}
        if not self.unpacked:
            names = (self.files[0].path, *self.alternative_names)
            return next((paths[name] for name in names if name in paths), None)
        pack = self.unpacked.rpartition("/")[2]
        for name, path in paths.items():
            folder, _, file_name = name.rpartition("/")
            if file_name != self.members[0] or folder.rpartition("/")[2] != pack:
                continue
            if all(f"{folder}/{member}" in paths for member in self.members):
                return path.parent
        return None

    def complete(self, files: Mapping[str, Path]) -> bool:
        """Return True if the weights are installed with all further files that belong to them."""
        names = {name.replace("\\", "/") for name in files}
        has_further_files = all(each.path in names for each in self.files[1:])
        return self.installed(files) is not None and has_further_files

    @property
    def command(self) -> str:
        """Command that downloads the weights, for the pack's folder."""
        accept = " --accept-licence" if self.non_commercial else ""
        return f"{fetch_command(self.name)}{accept}"

    @property
    def how_to_install(self) -> str:
        """Instructions to install the weights, for an error or a help text."""
        published = f"; its sha256 begins with {self.sha256[:8]}" if self.sha256 else ""
        by_hand = f"download {self.source} ({self.size}; {self.licence}{published})"
        if self.unpacked:
            into = f"and unpack it into models/{self.folder}/{self.unpacked}"
        else:
            into = f"to models/{self.folder}/{self.file}"
        return (
            f"In the pack's folder run: {self.command} "
            f"(--models names another models folder). Or {by_hand} {into} in ComfyUI."
        )


def fetch_command(*names: str) -> str:
    """Return the command that downloads some weights, for the pack's folder."""
    return f"python quickstart.py weights --fetch {' '.join(names)}"


def files_in(folder: Path) -> dict[str, Path]:
    """Return all files in a folder and its subfolders, by their path below the folder.

    The result is empty if the folder doesn't exist. Partial downloads and lock files are left out.
    """
    files = {}
    for parent, _, names in os.walk(folder, followlinks=True):
        for name in names:
            if not name.endswith(LEFTOVERS):
                path = Path(parent, name)
                files[path.relative_to(folder).as_posix()] = path
    return files
