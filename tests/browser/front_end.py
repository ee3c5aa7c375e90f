"""Versions of ComfyUI's editor that the pack is tested in: the pinned one and the newest."""

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
    """Version of ComfyUI's editor: the one that ComfyUI pins, or the newest on PyPI."""

    PINNED = "pinned"
    NEWEST = "newest"

    def arguments(self) -> tuple[str, ...]:
        """Return the arguments of ComfyUI that serve this editor."""
        if self is FrontEnd.PINNED:
            return ()
        return ("--front-end-root", str(newest_front_end()))


@cache
def newest_front_end() -> Path:
    """Return the folder of the newest editor's files, and download it from PyPI if necessary.

    The variable `ANIME_FRONT_END` sets another folder.
    """
    configured = os.environ.get("ANIME_FRONT_END")
    folder = (
        Path(configured) if configured else FOLDER / NEWEST / "comfyui_frontend_package" / "static"
    )
    if not (folder / "index.html").is_file():
        target = FOLDER / NEWEST
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
        command += ["--target", str(target), f"{PACKAGE}=={NEWEST}"]
        process = subprocess.run(command, capture_output=True, text=True, check=False)
        if process.returncode != 0:
            pytest.skip(f"{PACKAGE} {NEWEST} cannot be downloaded: {process.stderr[-200:]}")
    return folder
