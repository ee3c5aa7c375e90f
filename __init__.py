"""Custom nodes for ComfyUI that score, gate and remember anime renders."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .nodes.extension import AnimeProduction

WEB_DIRECTORY = "./web/client"

__all__ = ["WEB_DIRECTORY", "comfy_entrypoint"]


async def comfy_entrypoint() -> "AnimeProduction":
    """Attach the routes and return the pack's nodes; ComfyUI calls this to load the pack.

    The imports are inside the function so that `models` can be imported without ComfyUI.
    """
    from .nodes.extension import AnimeProduction
    from .web.server import attach

    attach()
    return AnimeProduction()
