"""Routes and the end of prompts, attached to a running ComfyUI."""

import logging
import sys

from ...models.jobs.recorder import PRIVATE_FOLDER, Recorder, open_recorder
from . import packages

log = logging.getLogger(__name__)


def attach() -> None:
    """Add the routes and the hook at the end of prompts; nothing where no server runs.

    ComfyUI has made its server by the time it loads packs; tests of single nodes have none.
    """
    server = getattr(getattr(sys.modules.get("server"), "PromptServer", None), "instance", None)
    if server is None:
        return
    try:
        import execution

        from . import lifecycle, routes

        routes.register(server.routes, recorder)
        lifecycle.attach(execution.PromptQueue, recorder)
    except Exception:  # another ComfyUI inside: the nodes must still load
        log.exception("Anime Production: this ComfyUI can't be watched; jobs keep no end.")
    for problem in packages.problems():
        log.warning("Anime Production: %s", problem)


def recorder() -> Recorder:
    """The recorder of this ComfyUI; the nodes' own."""
    import folder_paths

    return open_recorder(folder_paths.get_system_user_directory(PRIVATE_FOLDER))
