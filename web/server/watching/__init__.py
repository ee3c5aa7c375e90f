"""What becomes of every prompt, seen by wrapping ComfyUI's own functions."""

import logging
from collections.abc import Callable
from typing import Any

from ....models.jobs.recording.recorder import Recorder
from ....models.jobs.recording.tracking import Tracking
from ....models.settings import TRACKING
from . import hooks
from .announcements import Announcements
from .watcher import Watcher

log = logging.getLogger(__name__)


def attach(execution: Any, server: Any, get_recorder: Callable[[], Recorder]) -> None:
    """Record what becomes of prompts from now on, and what became of an earlier process's.

    With tracking off, nothing is touched.

    Args:
        execution: ComfyUI's module of this name.
        server: ComfyUI's `PromptServer`.
        get_recorder: gives the recorder.
    """
    recorder = get_recorder()
    if recorder.tracking is Tracking.OFF:
        log.info("Anime Production: %s is off; no prompt is remembered.", TRACKING.variable)
        return
    watcher = Watcher(
        get_recorder,
        Announcements(server.send_sync),
        lambda: hooks.hear_nodes(execution),
        every_prompt=lambda: get_recorder().tracking is Tracking.ALL,
    )
    hooks.attach(execution, watcher)
    server.add_on_prompt_handler(watcher.asked)
    recorder.resume()
