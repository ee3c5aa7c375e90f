"""Directories of the quickstart, and the choice of the ComfyUI that it runs."""

import os
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(os.path.abspath(__file__)).parent.parent
MARKER = "made-by-quickstart.txt"
PACK_NAME = "anime-production"  # the directory name under which ComfyUI finds the pack


class Refusal(Exception):
    """Refusal of a command; the message says why and what to do instead."""


@dataclass(frozen=True)
class Home:
    """Directory that holds everything quickstart makes."""

    root: Path

    @property
    def python(self) -> Path:
        """Python interpreter of the environment."""
        inside = "Scripts/python.exe" if sys.platform == "win32" else "bin/python"
        return self.environment / inside

    @property
    def environment(self) -> Path:
        """Virtual environment with all packages."""
        return self.root / "environment"

    @property
    def comfyui(self) -> Path:
        """Source of the ComfyUI that quickstart fetched."""
        return self.root / "comfyui"

    @property
    def base(self) -> Path:
        """ComfyUI's base directory: models, inputs, outputs and the user's folder."""
        return self.root / "base"

    @property
    def package(self) -> Path:
        """Directory with a link to the checkout under a valid package name."""
        return self.root / "package"

    @property
    def downloads(self) -> Path:
        """Downloaded archives."""
        return self.root / "downloads"

    @property
    def stamps(self) -> Path:
        """Stamps of the steps that are done."""
        return self.root / "stamps"

    @property
    def logs(self) -> Path:
        """Logs of the steps and of ComfyUI."""
        return self.root / "logs"

    def make(self) -> None:
        """Create the directory, or accept it as one that quickstart made before.

        Raises:
            Refusal: the directory holds other files, which `clean` would later remove.
        """
        if not self._is_ours() and self.root.exists() and any(self.root.iterdir()):
            raise Refusal(
                f"{self.root} holds files that quickstart did not make. "
                "Give --home a directory that is empty or does not exist yet."
            )
        self.logs.mkdir(parents=True, exist_ok=True)
        (self.root / MARKER).write_text(
            "Everything here was made by quickstart.py of Anime Production.\n"
            "`python quickstart.py clean` removes it.\n",
            encoding="utf-8",
        )

    def size(self) -> int:
        """Return the bytes on disk, without following links."""
        return sum(
            os.lstat(os.path.join(folder, file)).st_size
            for folder, _, files in os.walk(self.root)
            for file in files
        )

    def check_ours(self) -> None:
        """Raise Refusal if quickstart did not make this directory."""
        if not self._is_ours():
            raise Refusal(f"{self.root} was not removed: quickstart did not make it (no {MARKER}).")

    def remove(self) -> None:
        """Delete the directory.

        Raises:
            Refusal: quickstart did not make the directory.
        """
        self.check_ours()
        shutil.rmtree(self.root)  # it removes links to the checkout, not the checkout

    def _is_ours(self) -> bool:
        return (self.root / MARKER).is_file()


def home_directory(option: str | None, environ: Mapping[str, str]) -> Home:
    """Return the directory of `--home`, `ANIME_QUICKSTART_HOME` or `.quickstart`, in this order."""
    chosen = option or environ.get("ANIME_QUICKSTART_HOME") or CHECKOUT / ".quickstart"
    return Home(Path(os.path.abspath(os.path.expanduser(chosen))))


@dataclass(frozen=True)
class ComfyUI:
    """ComfyUI whose code is run.

    Attributes:
        source: directory with its main.py.
        origin: reason for this choice, shown to the user: `--comfyui`, `COMFYUI_PATH`, …
        existing: True if it is the user's own, which is read and never written to.
    """

    source: Path
    origin: str
    existing: bool


def choose_comfyui(
    option: str | None, environ: Mapping[str, str], checkout: Path, home: Home
) -> ComfyUI:
    """Return the ComfyUI of the option, else the one around the pack, else quickstart's own.

    Raises:
        Refusal: the chosen ComfyUI does not exist, or is older than the pack can use.
    """
    around = checkout.parent.parent
    if option:
        chosen, origin = Path(option), "--comfyui"
    elif environ.get("COMFYUI_PATH"):
        chosen, origin = Path(environ["COMFYUI_PATH"]), "COMFYUI_PATH"
    elif checkout.parent.name == "custom_nodes" and (around / "main.py").is_file():
        chosen, origin = around, "the one that the pack is installed in"
    else:
        return ComfyUI(home.comfyui, "fetched by quickstart", existing=False)
    source = Path(os.path.abspath(chosen.expanduser()))
    version = comfyui_version(source)
    if version is None:
        raise Refusal(
            f"{origin}: {source} is no ComfyUI (main.py or comfyui_version.py is missing). "
            "Give the directory that holds ComfyUI's main.py."
        )
    least = least_comfyui()
    if version < least:
        installed, needed = (".".join(map(str, numbers)) for numbers in (version, least))
        raise Refusal(
            f"{origin}: {source} is ComfyUI {installed}, and the pack needs {needed} or newer. "
            "Update it, or give another one with --comfyui."
        )
    return ComfyUI(source, origin, existing=True)


def least_comfyui() -> tuple[int, ...]:
    """Return the least version of ComfyUI that pyproject.toml names."""
    text = (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8")
    match = re.search(r'^requires-comfyui = ">=([\d.]+)"$', text, re.MULTILINE)
    if match is None:
        raise ValueError('pyproject.toml has no line `requires-comfyui = ">=…"`')
    return tuple(int(part) for part in match[1].split("."))


def comfyui_version(source: Path) -> tuple[int, ...] | None:
    """Return ComfyUI's version as numbers, or None if `source` holds no ComfyUI."""
    if not (source / "main.py").is_file():
        return None
    try:
        text = (source / "comfyui_version.py").read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    match = re.search(r'__version__ = "(\d+(?:\.\d+)*)', text)
    return tuple(int(part) for part in match[1].split(".")) if match else None


def link(target: Path, place: Path) -> None:
    """Make `place` a link to the directory `target`, replacing an earlier link."""
    if os.path.lexists(place):
        if os.path.realpath(place) == os.path.realpath(target):
            return
        remove_link(place)
    place.parent.mkdir(parents=True, exist_ok=True)
    if sys.platform == "win32":
        import _winapi  # a junction needs no administrator, a symbolic link does

        _winapi.CreateJunction(str(target), str(place))
    else:
        place.symlink_to(target, target_is_directory=True)


def remove_link(place: Path) -> None:
    """Remove a link, never its target; fail if `place` is a real directory."""
    if os.path.lexists(place):
        os.unlink(place)


def absolute_if_file(argument: str) -> str:
    """Return the absolute path of an existing file; return any other argument unchanged.

    The command runs in another directory, where a relative path would not lead to the file.
    """
    return os.path.abspath(argument) if os.path.isfile(argument) else argument
