"""Check that this ComfyUI has what the pack needs, made before the nodes are loaded."""

import importlib
import logging
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from pathlib import Path
from typing import Any

from .health_status import DOWN
from .refusals import Refusal, refusal_text

log = logging.getLogger(__name__)

HEALTH = "/anime/health"
PYPROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"

# Modules of ComfyUI and names in them that the nodes can't be loaded without. The last one is the
# youngest: ComfyUI 0.18 lacks it alone.
FEATURES = (
    ("comfy_api.latest", "ComfyExtension"),
    ("comfy_api.latest", "io.Autogrow"),
    ("comfy_api.latest", "io.MatchType"),
    ("comfy_api.latest", "io.MultiType"),
    ("comfy_execution.graph_utils", "ExecutionBlocker"),
    ("comfy_execution.utils", "get_executing_context"),
    ("comfy.patcher_extension", "CallbacksMP.ON_DETACH"),
    ("folder_paths", "get_system_user_directory"),
    ("comfy_api.latest", "io.Schema.has_intermediate_output"),
)


@dataclass(frozen=True)
class Shortfall:
    """Reason why the pack can't be loaded in this ComfyUI.

    Attributes:
        version: version of this ComfyUI.
        needed: least version that the pack needs.
        missing: features that this ComfyUI lacks, such as `io.Autogrow`.
    """

    version: str
    needed: str
    missing: tuple[str, ...]

    def refusal(self, more: Mapping[str, Any] | None = None) -> Refusal:
        """Return the refusal of every request to the pack.

        Args:
            more: further fields of the answer.
        """
        version, missing = self.version, ", ".join(self.missing)
        if _numbers(version) < _numbers(self.needed):
            return Refusal("comfyui_too_old", more=more, version=version, needed=self.needed)
        return Refusal("comfyui_differs", more=more, version=version, missing=missing)

    def health(self) -> Refusal:
        """Return the refusal that is the answer of the health route, with the one component."""
        refusal = self.refusal()
        component = {
            "status": DOWN,
            **vars(self),
            "message": str(refusal),
            "problem": refusal.key,
        }
        fields = {"status": DOWN, "version": pack_version()}
        return self.refusal({**fields, "components": {"comfyui": component}})


def find_shortfall() -> Shortfall | None:
    """Return why the pack can't be loaded in this ComfyUI, or None if it can be."""
    missing = tuple(name for module, name in FEATURES if not _has(module, name))
    return Shortfall(comfyui_version(), needed_version(), missing) if missing else None


def _has(module: str, name: str) -> bool:
    try:
        attrgetter(name)(importlib.import_module(module))
    except (ImportError, AttributeError):
        return False
    return True


def comfyui_version() -> str:
    """Return the version of this ComfyUI, or a question mark if it is too old to name it."""
    try:
        return str(importlib.import_module("comfyui_version").__version__)
    except (ImportError, AttributeError):
        return "?"


def needed_version() -> str:
    """Return the least version of ComfyUI that pyproject.toml names."""
    return _value("requires-comfyui", r">=([\d.]+)")


def pack_version() -> str:
    """Return the version of the pack, which only pyproject.toml names."""
    return _value("version", r"([\d.]+)")


@cache
def _value(key: str, pattern: str) -> str:
    """Return the part in brackets of a value of pyproject.toml.

    Args:
        key: name at the beginning of a line.
        pattern: regular expression of the value, with one part in brackets.
    """
    # Python 3.10 has no reader of TOML.
    text = PYPROJECT.read_text(encoding="utf-8")
    match = re.search(rf'^{key} = "{pattern}"$', text, re.MULTILINE)
    if match is None:
        raise ValueError(f'{PYPROJECT} has no line `{key} = "…"`')
    return match[1]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version))


def not_attached_health() -> dict[str, Any]:
    """Return the health of ComfyUI if the recording of jobs could not be attached to it."""
    version, key = comfyui_version(), "not_attached"
    message = refusal_text(key, {"version": version})
    return {"status": DOWN, "version": version, "message": message, "problem": key}


def refuse_all(shortfall: Shortfall) -> None:
    """Say why the pack isn't loaded: in the log, in the health, and to every other request.

    Args:
        shortfall: the reason.
    """
    log.error("%s", shortfall.refusal())
    server = getattr(getattr(sys.modules.get("server"), "PromptServer", None), "instance", None)
    if server is None or is_registered(server.routes):
        return

    async def health(request: Any) -> Any:
        return shortfall.health().answer()

    async def refuse(request: Any) -> Any:
        return shortfall.refusal().answer()

    server.routes.get(HEALTH)(health)
    server.routes.route("*", "/anime/{rest:.+}")(refuse)


def is_registered(routes: Any) -> bool:
    """Return True if a copy of the pack has added its routes to ComfyUI's table."""
    return any(getattr(route, "path", None) == HEALTH for route in routes)


def extension_without_nodes() -> Any:
    """Return an extension of ComfyUI that has no nodes."""
    from comfy_api.latest import ComfyExtension

    class WithoutNodes(ComfyExtension):
        async def get_node_list(self) -> list[Any]:
            return []

    return WithoutNodes()
