"""Recording of prompts from the queue to their end, by wrappers around ComfyUI's functions."""

import logging
from collections.abc import Callable
from typing import Any

from ....models.jobs.recording.recorder import Recorder
from ....models.jobs.recording.tracking import Tracking
from ....models.settings import TRACKING
from .. import folders
from . import hooks
from .announcements import Announcements
from .watcher import Watcher

log = logging.getLogger(__name__)


def attach(execution: Any, server: Any, get_recorder: Callable[[], Recorder]) -> None:
    """Record the prompts of this process from now on, and end the jobs of earlier processes.

    With tracking off, this function changes nothing in ComfyUI.

    Args:
        execution: ComfyUI's module `execution`.
        server: ComfyUI's `PromptServer`.
        get_recorder: function that returns the recorder of this process's jobs.
    """
    recorder = get_recorder()
    if recorder.tracking is Tracking.OFF:
        log.info("Anime Production: %s is off; no prompt is remembered.", TRACKING.variable)
        return
    watcher = Watcher(
        get_recorder,
        Announcements(server.send_sync),
        lambda: hooks.add_node_handler(execution),
        folders.output,
        every_prompt=lambda: get_recorder().tracking is Tracking.ALL,
    )
    hooks.attach(execution, watcher, getattr(server, "prompt_queue", None))
    server.add_on_prompt_handler(watcher.on_prompt)
    recorder.resume()
