"""HTTP routes of the pack and its hooks on prompts, attached to a running ComfyUI."""

import logging
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...models import onnx_packages
from ...models.jobs.recording.recorder import Recorder, open_recorder
from ...models.process_end import Step, at_end, end_like_interrupt
from . import folders, needed_comfyui
from .console import escape_what_it_lacks

if TYPE_CHECKING:
    from .fetches import Models

log = logging.getLogger(__name__)


def attach() -> None:
    """Add the routes, record prompts and start the worker; do nothing if no server exists.

    ComfyUI creates its server before it loads packs. Tests of single nodes have no server.
    """
    server = getattr(getattr(sys.modules.get("server"), "PromptServer", None), "instance", None)
    if server is None:
        return
    escape_what_it_lacks()
    try:
        from . import context, fetches, routes, workflows

        downloads = fetches.Fetches(models, server.send_sync)
        end_like_interrupt()
        at_end(Step.DOWNLOADS, downloads.close)
        recorder().look_for_models(workflows.model_file)
        is_recording = _record_prompts(server)
        route_context = context.make_context(server, recorder, downloads, is_recording)
        routes.register(server.routes, route_context)
    except Exception:  # Another version of ComfyUI may differ inside; the nodes must still load.
        log.exception(
            "Anime Production: the routes could not be attached to this ComfyUI. The nodes work;"
            " the panel and scripts can't reach the pack."
        )
    warn_of_packages()


def _record_prompts(server: Any) -> bool:
    """Record prompts and start the worker from now on; return False if ComfyUI differs inside."""
    try:
        import execution

        from . import loop_check, watching, worker

        loop_check.attach(execution)  # before `watching`, which records what is refused
        watching.attach(execution, server, recorder)
        worker.get_productions(server, recorder).start_if_used(folders.private())
    except Exception:
        log.exception("Anime Production: %s", needed_comfyui.not_attached_health()["message"])
        return False
    return True


def warn_of_packages() -> None:
    """Write a fault of the installed packages of ONNX Runtime into ComfyUI's log."""
    problem = onnx_packages.find_problem()
    if problem is not None:
        log.warning("Anime Production: %s", problem.message)


def recorder() -> Recorder:
    """Return this process's recorder of jobs, the same one that the nodes use."""
    return open_recorder(folders.private())


def models() -> "Models":
    """Return this ComfyUI's model folders for the downloads of weights."""
    import folder_paths

    from .fetches import Models

    root = Path(folder_paths.models_dir)

    def files(folder: str) -> Mapping[str, Path]:
        # Another pack may have registered this kind with other folders only. ComfyUI does not
        # add a folder twice.
        folder_paths.add_model_folder_path(folder, str(root / folder))
        return {
            name: Path(path)
            for name in folder_paths.get_filename_list(folder)
            if (path := folder_paths.get_full_path(folder, name)) is not None
        }

    def discard_list(folder: str) -> None:
        # ComfyUI lists a folder again only if its modification time differs, and some file systems
        # store that time too coarsely.
        folder_paths.filename_list_cache.pop(folder, None)

    return Models(root, files, discard_list)
