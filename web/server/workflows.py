"""Functions that ask this ComfyUI for its installed nodes and files, and for a graph's errors."""

import copy
import logging
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from ...models.production.installed import Installed

log = logging.getLogger(__name__)

# Types of ComfyUI's errors for a missing file. `graph_errors` leaves these errors out: another
# machine may have the file, or it may be installed here before the phase runs.
MISSING_FILE_ERRORS = {"value_not_in_list", "custom_validation_failed"}


def model_file(folder: str, name: str) -> Path | None:
    """Return the path of a model file, or None if it is not installed.

    Args:
        folder: name of the folder below ComfyUI's models, such as `checkpoints`.
        name: name of the file in this folder.
    """
    import folder_paths

    path = folder_paths.get_full_path(folder, name)
    return None if path is None else Path(path)


def installed() -> Installed:
    """Return a function that returns the options of a node class's inputs, as they are now.

    The function reads each node class once, and returns None for a class that is not installed.
    """

    @cache
    def options_of(class_type: str) -> Mapping[str, Collection[Any]] | None:
        inputs = declared_inputs(class_type)
        if inputs is None:
            return None
        options = {name: _options(*declaration) for name, declaration in inputs.items()}
        return {name: each for name, each in options.items() if each is not None}

    return options_of


def declared_inputs(class_type: str) -> dict[str, tuple[Any, Mapping[str, Any]]] | None:
    """Return the type or options, and the settings, of each input of a node class.

    Packs declare inputs in ways that ComfyUI tolerates: without a tuple, without settings, or in a
    mapping that lists none of them. What can't be read is left out.

    Args:
        class_type: name of the node class.

    Returns:
        The declarations by input; None if the class is not installed.
    """
    import nodes

    node_class = nodes.NODE_CLASS_MAPPINGS.get(class_type)
    if node_class is None:
        return None
    try:
        inputs = node_class.INPUT_TYPES()
        groups = [inputs.get(group) for group in ("required", "optional")]
        return {
            name: _parts(declaration)
            for group in groups
            if isinstance(group, Mapping)
            for name, declaration in group.items()
        }
    except Exception as error:  # A fault of another pack must not break the list of phases.
        log.warning(
            "Anime Production: the inputs of the node %s can't be read (%s).", class_type, error
        )
        return {}


async def graph_errors(graph: Mapping[str, Any]) -> list[str]:
    """Return ComfyUI's errors on a graph: inputs that are missing or of a wrong type.

    The list is empty if a whole node is missing, because ComfyUI then checks nothing else.

    Args:
        graph: graph in API format.
    """
    import execution

    graph_copy = copy.deepcopy(dict(graph))  # The validation modifies the graph.
    _, _, _, problems = await execution.validate_prompt(str(uuid4()), graph_copy, None)
    return [
        f"node {node_id} ({problem['class_type']}): {error['message']} ({error['details']})."
        for node_id, problem in problems.items()
        for error in problem["errors"]
        if error["type"] not in MISSING_FILE_ERRORS
    ]


def _parts(declaration: Any) -> tuple[Any, Mapping[str, Any]]:
    """Return the type or options of a declared input, and its settings."""
    if not isinstance(declaration, list | tuple) or not declaration:
        return declaration, {}
    kind, settings = declaration[0], declaration[1] if len(declaration) > 1 else {}
    return kind, settings if isinstance(settings, Mapping) else {}


def _options(kind: Any, settings: Mapping[str, Any]) -> Collection[Any] | None:
    """Return the options of an input, or None for an input that is no choice or takes uploads."""
    if any(str(key).endswith("_upload") for key in settings):
        return None
    options = kind if isinstance(kind, list | tuple) else settings.get("options")
    if isinstance(options, list | tuple) and not settings.get("multiselect"):
        return options
    return None
