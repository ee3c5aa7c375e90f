"""The editors that the pack is tried in: the one that ComfyUI pins, and the newest."""

import os
import subprocess
import sys
from enum import Enum
from functools import cache
from pathlib import Path

import pytest

from anime_production.tools.comfyui import PACK

NEWEST = "1.58.1"
PACKAGE = "comfyui-frontend-package"
FOLDER = PACK / ".quickstart" / "front_ends"


class FrontEnd(Enum):
    """A version of ComfyUI's editor."""

    PINNED = "pinned"
    NEWEST = "newest"

    def arguments(self) -> tuple[str, ...]:
        """Return the arguments of ComfyUI that serve this editor."""
        if self is FrontEnd.PINNED:
            return ()
        return ("--front-end-root", str(newest_front_end()))


@cache
def newest_front_end() -> Path:
    """Return the folder of the newest editor's files, fetched from PyPI where it is not there.

    `ANIME_FRONT_END` names a folder to use instead.
    """
    named = os.environ.get("ANIME_FRONT_END")
    folder = Path(named) if named else FOLDER / NEWEST / "comfyui_frontend_package" / "static"
    if not (folder / "index.html").is_file():
        target = FOLDER / NEWEST
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
        command += ["--target", str(target), f"{PACKAGE}=={NEWEST}"]
        fetched = subprocess.run(command, capture_output=True, text=True, check=False)
        if fetched.returncode != 0:
            pytest.skip(f"{PACKAGE} {NEWEST} can't be had here: {fetched.stderr[-200:]}")
    return folder
