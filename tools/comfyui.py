"""Search for ComfyUI, and use of its modules without its server, for generators and tests."""

import asyncio
import importlib
import os
import sys
from pathlib import Path
from typing import Any

PACK = Path(__file__).resolve().parents[1]
NO_COMFYUI = "ComfyUI was not found: set COMFYUI_PATH, or run `python quickstart.py test`"


def find_comfyui() -> Path | None:
    """Return the root of the ComfyUI to use, or None if there is none.

    It is the folder in `COMFYUI_PATH`, or else the one that quickstart.py set up in the checkout.
    """
    configured = os.environ.get("COMFYUI_PATH")
    root = Path(configured).expanduser() if configured else PACK / ".quickstart" / "comfyui"
    return root.resolve() if (root / "comfy_api").is_dir() else None


def use_comfyui(root: Path) -> None:
    """Make ComfyUI's modules importable in this process, and let them run on the CPU.

    The switch to the CPU must come before any other import of ComfyUI, because its device module
    initialises CUDA when it is imported.
    """
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    importlib.import_module("comfy.cli_args").args.cpu = True


def enter_comfyui() -> None:
    """Make ComfyUI's modules importable, or end the program with a message if there are none."""
    root = find_comfyui()
    if root is None:
        sys.exit(NO_COMFYUI)
    use_comfyui(root)
    importlib.import_module("comfy_api.latest")


def pack_nodes() -> list[type]:
    """Return the pack's node classes, loaded as ComfyUI loads them; call `use_comfyui` first."""

    async def load() -> list[type]:
        extension: Any = importlib.import_module("anime_production").comfy_entrypoint()
        if asyncio.iscoroutine(extension):
            extension = await extension
        await extension.on_load()
        classes: list[type] = await extension.get_node_list()
        return classes

    return asyncio.run(load())
