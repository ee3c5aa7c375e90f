"""Anime Production for ComfyUI: scores, gates and a memory for anime made in ComfyUI."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .nodes.extension import AnimeProduction

WEB_DIRECTORY = "./web/client"

__all__ = ["WEB_DIRECTORY", "comfy_entrypoint"]


async def comfy_entrypoint() -> "AnimeProduction":
    """What ComfyUI calls to load the pack; imported here so that `models` works without it."""
    from .nodes.extension import AnimeProduction
    from .web.server import attach

    attach()
    return AnimeProduction()
