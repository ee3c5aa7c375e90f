"""Sending of partial reports to the editor while a node measures for long."""

import time
from collections.abc import Callable

from ..models.partial_reports import ShowPartial
from ..models.report import Report
from ..models.report_ui import shortened
from . import comfyui

EVENT = "anime.partial"
SECONDS = 0.7  # least time between two partial reports, and before the first one
MOST_OF_TIME = 1 / 20  # share of the node's time that partial reports may take


def partial_reports() -> ShowPartial:
    """Return a callback that sends partial reports to the client of the running prompt.

    Only the editor displays them: nothing of them reaches `ui`, the history or a job. Most calls
    do nothing, because a report is made about once a second.

    Returns:
        The callback; None without a client that could display anything.
    """
    running, prompt_id = comfyui.running_node(), comfyui.prompt_id()
    if running is None or not comfyui.has_client():
        return None
    _, node_id = running
    next_time = time.monotonic() + SECONDS

    def show_partial(report_so_far: Callable[[], Report]) -> None:
        nonlocal next_time
        start = time.monotonic()
        if start < next_time:
            return
        report = shortened(report_so_far().to_dict())
        del report["verdict"], report["score"]  # the next frame may change them
        comfyui.send_to_client(EVENT, {"prompt_id": prompt_id, "node": node_id, "report": report})
        end = time.monotonic()
        next_time = end + max(SECONDS, (end - start) / MOST_OF_TIME)

    return show_partial
