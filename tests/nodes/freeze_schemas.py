"""What users' saved workflows rely on, written down: every node's ids, order, types, defaults.

`python -m anime_production.tests.nodes.freeze_schemas`, run from the directory that holds the
link `anime_production` to the checkout, writes `schemas.json` anew. Look at the difference: an
input or output may be appended; what stands there may not move, change its type or go.
"""

import importlib
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..comfyui import enter_comfyui, pack_nodes

FROZEN = Path(__file__).with_name("schemas.json")


def current_schemas() -> dict[str, Any]:
    """The schemas of all nodes by id, as far as a saved workflow depends on them."""
    nodes: list[Any] = pack_nodes()
    with _nothing_of_the_users():
        schemas = [node.GET_SCHEMA() for node in nodes]
    return {schema.node_id: _frozen(schema) for schema in schemas}


@contextmanager
def _nothing_of_the_users() -> Iterator[None]:
    """What is saved in this ComfyUI's user folder is listed in combos, and is no part of a
    schema."""
    folder_paths: Any = importlib.import_module("folder_paths")
    theirs = folder_paths.get_user_directory()
    with tempfile.TemporaryDirectory() as empty:
        folder_paths.set_user_directory(empty)
        try:
            yield
        finally:
            folder_paths.set_user_directory(theirs)


def _frozen(schema: Any) -> dict[str, Any]:
    return {
        "display_name": schema.display_name,
        "category": schema.category,
        "is_output_node": bool(schema.is_output_node),
        "is_input_list": bool(schema.is_input_list),
        "not_idempotent": bool(schema.not_idempotent),
        "inputs": [_frozen_input(given) for given in schema.inputs],
        "outputs": [
            {
                "id": output.id,
                "name": output.display_name,
                "type": output.get_io_type(),
                "is_output_list": bool(output.is_output_list),
            }
            for output in schema.outputs
        ],
    }


def _frozen_input(given: Any) -> dict[str, Any]:
    facts = json.loads(json.dumps(given.as_dict()))
    facts.pop("tooltip", None)  # wording is free to improve
    return {"id": given.id, "type": given.get_io_type(), "optional": bool(given.optional), **facts}


def as_text(schemas: dict[str, Any]) -> str:
    """The file's text: sorted by node, inputs and outputs in their order."""
    return json.dumps(dict(sorted(schemas.items())), indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the file."""
    enter_comfyui()
    schemas = current_schemas()
    FROZEN.write_text(as_text(schemas), encoding="utf-8")
    print(f"{len(schemas)} nodes -> {FROZEN}")


if __name__ == "__main__":
    main()
