"""Functions that find the files which the nodes of a prompt wrote, in what they show.

A node says which files it wrote in its `ui`: `images`, `gifs`, `video`, `audio`, `3d` and other
lists. A job's files are those that were written while it ran. So a node that ComfyUI took from its
cache wrote none, and neither did one that shows a file of an earlier run.
"""

import logging
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ....models.gating.links import node_type
from ....models.jobs.provenance.report_links import SAVE
from ....models.jobs.reported_file import ReportedFile
from ....models.media.suffixes import MODELS_3D
from .endings import CACHED, START, messages_of, originals_of

log = logging.getLogger(__name__)

OUTPUT = "output"
MOST_FILES = 5_000  # of a prompt; the list of a job can't show more
# Seconds by which a file may seem older than its prompt: some file systems round times to 2 s, and
# the clock of a network drive may be slow.
CLOCK_SECONDS = 10.0


def written_files(
    graph: Mapping[str, Any], history_result: Mapping[str, Any], status: Any, output: Path
) -> tuple[ReportedFile, ...]:
    """Return the files in ComfyUI's output folder that a prompt wrote, each once.

    Files of Save Job are left out, because it records them itself.

    Args:
        graph: prompt in API format.
        history_result: ComfyUI's entry for the history: `outputs`, and `meta` of each node.
        status: ComfyUI's `ExecutionStatus`, or None.
        output: ComfyUI's output folder.
    """
    messages = messages_of(status)
    starts = [data.get("timestamp") for event, data in messages if event == START]
    if not starts or not starts[-1]:
        return ()
    start = starts[-1] / 1000 - CLOCK_SECONDS  # ComfyUI sends milliseconds
    cached = {
        str(node) for event, data in messages if event == CACHED for node in data.get("nodes", ())
    }
    root = output.resolve()
    files: dict[str, ReportedFile] = {}
    for node_id, place in _places(graph, history_result, cached):
        if len(files) == MOST_FILES:
            log.warning("Anime Production: only %s files of a job are remembered.", MOST_FILES)
            break
        file = _file(root, place, node_id, node_type(graph, node_id), start)
        if file is not None:
            files.setdefault(file.path, file)
    return tuple(files.values())


def _places(
    graph: Mapping[str, Any], history_result: Mapping[str, Any], cached: set[str]
) -> Iterator[tuple[str, Path]]:
    """Yield the ids of nodes with the paths, below the output folder, that they show."""
    originals = originals_of(graph, history_result)
    for node, ui in (history_result.get("outputs") or {}).items():
        node_id = originals[node]
        if node in cached or not isinstance(ui, Mapping) or node_type(graph, node_id) == SAVE:
            continue
        for items in ui.values():
            for item in items if isinstance(items, list | tuple) else ():
                place = _place(item)
                if place is not None:
                    yield node_id, place


def _place(item: Any) -> Path | None:
    """Return the path that an item of a node's `ui` names; None if it names no output."""
    if isinstance(item, str):  # ComfyUI's nodes for 3D models show the path itself
        return Path(item) if item.lower().endswith(MODELS_3D) else None
    if not isinstance(item, Mapping) or item.get("type", OUTPUT) != OUTPUT:
        return None
    name, folder = item.get("filename"), item.get("subfolder", "")
    if not isinstance(name, str) or not isinstance(folder, str) or not name:
        return None
    return Path(folder, name)


def _file(
    root: Path, place: Path, node_id: str, class_type: str, start: float
) -> ReportedFile | None:
    """Return a file if it is in the output folder, also behind links, and was written since.

    Args:
        root: the output folder, without links.
        place: path below the output folder, as the node shows it.
        node_id: id of the node.
        class_type: class of the node.
        start: time in seconds since 1970 at which the prompt began.
    """
    try:
        path = (root / place).resolve(strict=True)
        status = path.stat()
    except (OSError, ValueError, RuntimeError):  # it was removed, or its name can't be a path
        return None
    if not path.is_relative_to(root) or not stat.S_ISREG(status.st_mode):
        return None
    # A copied or moved file keeps its time of change, but not the time of its entry.
    if max(status.st_mtime, status.st_ctime) < start:
        return None
    name = path.relative_to(root).as_posix()
    return ReportedFile(node_id, class_type, str(root), name, status.st_size, status.st_mtime_ns)
