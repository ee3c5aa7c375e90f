"""Finding ComfyUI, and using its modules without its server, for generators and tests."""

import asyncio
import importlib
import os
import sys
from pathlib import Path
from typing import Any

PACK = Path(__file__).resolve().parents[1]
ABSENT = "ComfyUI is not here: set COMFYUI_PATH, or run `python quickstart.py test`"


def find_comfyui() -> Path | None:
    """Return the root of the ComfyUI to use, or None if there is none.

    `COMFYUI_PATH` goes before the one that quickstart.py unpacks into the checkout.
    """
    named = os.environ.get("COMFYUI_PATH")
    root = Path(named).expanduser() if named else PACK / ".quickstart" / "comfyui"
    return root.resolve() if (root / "comfy_api").is_dir() else None


def use_comfyui(root: Path) -> None:
    """Make ComfyUI's modules importable in this process, on the processor.

    The switch to the processor must come before any other module of ComfyUI is imported: its
    device module asks torch for CUDA while it is imported.
    """
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    importlib.import_module("comfy.cli_args").args.cpu = True


def enter_comfyui() -> None:
    """Make ComfyUI's modules importable, or end the program with a message if there are none."""
    root = find_comfyui()
    if root is None:
        sys.exit(ABSENT)
    use_comfyui(root)
    importlib.import_module("comfy_api.latest")


def pack_nodes() -> list[type]:
    """Return the pack's node classes as ComfyUI gets them; call `use_comfyui` first."""

    async def load() -> list[type]:
        extension: Any = importlib.import_module("anime_production").comfy_entrypoint()
        if asyncio.iscoroutine(extension):
            extension = await extension
        await extension.on_load()
        classes: list[type] = await extension.get_node_list()
        return classes

    return asyncio.run(load())
