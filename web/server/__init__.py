"""Routes and the watching of prompts, attached to a running ComfyUI."""

import atexit
import logging
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ...models.jobs.recording.recorder import Recorder, open_recorder
from . import folders, packages

if TYPE_CHECKING:
    from .fetches import Models

log = logging.getLogger(__name__)


def attach() -> None:
    """Add the routes and have prompts watched; nothing where no server runs.

    ComfyUI has made its server by the time it loads packs; tests of single nodes have none.
    """
    server = getattr(getattr(sys.modules.get("server"), "PromptServer", None), "instance", None)
    if server is None:
        return
    try:
        import execution

        from . import context, fetches, routes, watching, worker, workflows

        downloads = fetches.Fetches(models, server.send_sync)
        atexit.register(downloads.close)
        routes.register(server.routes, context.context_of(server, recorder, downloads))
        recorder().look_for_models(workflows.model_file)
        watching.attach(execution, server, recorder)
        worker.productions(server, recorder).start_where_used(folders.private())
    except Exception:  # another ComfyUI inside: the nodes must still load
        log.exception("Anime Production: this ComfyUI can't be watched; jobs go unseen.")
    for problem in packages.problems():
        log.warning("Anime Production: %s", problem)


def recorder() -> Recorder:
    """The recorder of this ComfyUI; the nodes' own."""
    return open_recorder(folders.private())


def models() -> "Models":
    """This ComfyUI's models."""
    import folder_paths

    from .fetches import Models

    root = Path(folder_paths.models_dir)

    def files(folder: str) -> Mapping[str, Path]:
        # Another pack may know this kind elsewhere only; a known place is not added twice.
        folder_paths.add_model_folder_path(folder, str(root / folder))
        return {
            name: Path(path)
            for name in folder_paths.get_filename_list(folder)
            if (path := folder_paths.get_full_path(folder, name)) is not None
        }

    def forget(folder: str) -> None:
        # Lists are kept until a folder's time of change differs, which is coarse on some disks.
        folder_paths.filename_list_cache.pop(folder, None)

    return Models(root, files, forget)
