"""Loads the pack with ComfyUI's own loader, as a program of its own, and prints what came of it.

`python load_probe.py COMFYUI REQUESTS` reads a JSON list of requests: `directory` (the pack, under
any name), `blocked` (a package that shall be absent, or null) and `node` (the id of one to run
then, or null, or "jobs" for the database). It prints a JSON list of answers.
A process of its own, because what is imported, and what is not, is the question.
"""

import asyncio
import importlib
import importlib.abc
import json
import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any


class Blocker(importlib.abc.MetaPathFinder):
    """Makes a package absent."""

    def __init__(self, package: str) -> None:
        self.package = package

    def find_spec(self, name: str, path: Sequence[str] | None, target: Any = None) -> None:
        """Raise what Python raises for a package that is not installed."""
        if name.partition(".")[0] == self.package:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


@contextmanager
def absent(package: str) -> Iterator[None]:
    """Block a package, and hide what is already imported of it (most can't be imported twice)."""
    blocker = Blocker(package)
    hidden = {name: sys.modules.pop(name) for name in list(sys.modules) if _is(name, package)}
    sys.meta_path.insert(0, blocker)
    try:
        yield
    finally:
        sys.meta_path.remove(blocker)
        sys.modules.update(hidden)


def _is(module: str, package: str) -> bool:
    return module.partition(".")[0] == package


class LogLines(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line."""
        self.lines.append(record.getMessage())


def answer(
    comfy_nodes: Any, directory: str, blocked: str | None, node: str | None
) -> dict[str, Any]:
    """Load the pack from a directory and say what happened."""
    registered = comfy_nodes.NODE_CLASS_MAPPINGS
    before_nodes, before_modules = set(registered), set(sys.modules)
    log = LogLines()
    logging.getLogger().addHandler(log)
    try:
        with absent(blocked) if blocked else nullcontext():
            loaded = asyncio.run(comfy_nodes.load_custom_node(directory))
            imported = {name.partition(".")[0] for name in set(sys.modules) - before_modules}
            ids = sorted(set(registered) - before_nodes)
            advice = _advice(directory, blocked) if blocked and loaded else ""
            failure = _failure(registered, directory, node) if node and loaded else ""
    finally:
        logging.getLogger().removeHandler(log)
        for node_id in set(registered) - before_nodes:
            del registered[node_id]
    return {
        "loaded": loaded,
        "nodes": ids,
        "imported": sorted(imported),
        "log": log.lines,
        "advice": advice,
        "failure": failure,
    }


def _module(directory: str, name: str) -> Any:
    """A module of the pack that was loaded from a directory."""
    return importlib.import_module(f"{directory.replace('.', '_x_')}.{name}")


def _advice(directory: str, package: str) -> str:
    """What the pack says when the package is needed while it is absent."""
    dependency = _module(directory, "models.dependency")
    try:
        dependency.require(package)
    except dependency.MissingDependency as error:
        return str(error)
    return ""


def _failure(registered: dict[str, Any], directory: str, node_id: str) -> str:
    """What a node says, run with its defaults, random frames and a report of nothing."""
    if node_id == "jobs":
        folder = Path(directory).with_name(f"{Path(directory).name}_private")
        folder.mkdir()
        recorder = _module(directory, "models.jobs.recording.recorder").open_recorder(folder)
        return str(recorder.status().database)
    import torch

    node = registered[node_id]
    values = {
        "images": torch.rand(12, 64, 64, 3),
        "report": _module(directory, "models.gating.retry").UNTRIED,
    }
    takes = {given.id for given in node.GET_SCHEMA().inputs}
    inputs = {name: value for name, value in values.items() if name in takes}
    try:
        with torch.inference_mode():
            getattr(node.PREPARE_CLASS_CLONE(None), node.FUNCTION)(**inputs)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


def main() -> None:
    """Answer all requests with one start of ComfyUI's modules."""
    comfyui, requests = sys.argv[1:]
    sys.path[0] = comfyui  # in place of this file's own directory
    importlib.import_module("comfy.cli_args").args.cpu = True
    comfy_nodes = importlib.import_module("nodes")
    answers = [answer(comfy_nodes, **request) for request in json.loads(requests)]
    print(json.dumps(answers))


if __name__ == "__main__":
    main()
