"""Custom nodes for ComfyUI that score, gate and remember anime renders."""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from comfy_api.latest import ComfyExtension

WEB_DIRECTORY = "./web/client"

__all__ = ["WEB_DIRECTORY", "comfy_entrypoint"]


async def comfy_entrypoint() -> "ComfyExtension":
    """Attach the routes and return the pack's nodes; ComfyUI calls this to load the pack.

    The imports are inside the function so that `models` can be imported without ComfyUI.
    """
    from .web.server import needed_comfyui

    shortfall = needed_comfyui.find_shortfall()
    if shortfall is not None:
        needed_comfyui.refuse_all(shortfall)
        return needed_comfyui.extension_without_nodes()

    from .nodes.extension import AnimeProduction
    from .web.server import attach

    attach()
    return AnimeProduction()


if hasattr(sys.modules.get("nodes"), "NODE_CLASS_MAPPINGS") and not hasattr(
    sys.modules.get("comfy_api.latest"), "ComfyExtension"
):
    # ComfyUI before 0.3.48 doesn't call `comfy_entrypoint`. It takes a pack without these mappings
    # for a broken one, and newer versions take one with them for a pack of the old kind.
    from .web.server import needed_comfyui

    NODE_CLASS_MAPPINGS: dict[str, type] = {}
    shortfall = needed_comfyui.find_shortfall()
    if shortfall is not None:
        needed_comfyui.refuse_all(shortfall)
