"""What this ComfyUI says of workflows: which nodes and files it has, and what it refuses."""

import copy
import logging
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from ...models.production.installed import Installed

log = logging.getLogger(__name__)

# What is absent here may be there on another machine, or when the phase runs.
ABSENCES = {"value_not_in_list", "custom_validation_failed"}


def model_file(folder: str, name: str) -> Path | None:
    """Where a file of one of this ComfyUI's model folders lies; None where it isn't there."""
    import folder_paths

    path = folder_paths.get_full_path(folder, name)
    return None if path is None else Path(path)


def installed() -> Installed:
    """What this ComfyUI has now; a class is asked once."""
    import nodes

    @cache
    def options_of(class_type: str) -> Mapping[str, Collection[Any]] | None:
        found = nodes.NODE_CLASS_MAPPINGS.get(class_type)
        if found is None:
            return None
        try:
            inputs = found.INPUT_TYPES()
        except Exception as error:  # another pack's; the other phases can be listed all the same
            log.warning("Anime Production: %s doesn't tell its inputs (%s).", class_type, error)
            return {}
        options = {}
        for group in ("required", "optional"):
            for name, said in inputs.get(group, {}).items():
                offered = _options(said)
                if offered is not None:
                    options[name] = offered
        return options

    return options_of


async def complaints(graph: Mapping[str, Any]) -> list[str]:
    """What ComfyUI refuses in a graph: inputs that are missing or of another type.

    Nothing is said where a node is missing altogether: then ComfyUI looks no further.
    """
    import execution

    checked = copy.deepcopy(dict(graph))  # it writes into what it checks
    _, _, _, problems = await execution.validate_prompt(str(uuid4()), checked, None)
    return [
        f"node {node_id} ({found['class_type']}): {error['message']} ({error['details']})."
        for node_id, found in problems.items()
        for error in found["errors"]
        if error["type"] not in ABSENCES
    ]


def _options(said: Any) -> Collection[Any] | None:
    """What an input offers to choose from; None where it is no choice, or takes uploads too."""
    kind, facts = said[0], said[1] if len(said) > 1 else {}
    if any(str(key).endswith("_upload") for key in facts):
        return None
    offered = kind if isinstance(kind, list | tuple) else facts.get("options")
    if isinstance(offered, list | tuple) and not facts.get("multiselect"):
        return offered
    return None
