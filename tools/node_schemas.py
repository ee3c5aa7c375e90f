"""Generator of the frozen schemas of all nodes, which saved workflows depend on.

After `generate schemas`, look at the difference to the committed file. A change may append an input
or an output. It must not move or remove an existing one, or change its type.
"""

import importlib
import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from .comfyui import PACK, enter_comfyui, pack_nodes

FROZEN = PACK / "tests" / "nodes" / "schemas.json"


def current_schemas() -> dict[str, Any]:
    """Return those parts of all nodes' schemas that a saved workflow depends on, by node id."""
    nodes: list[Any] = pack_nodes()
    with _empty_user_directory():
        schemas = [node.GET_SCHEMA() for node in nodes]
    return {schema.node_id: _frozen(schema) for schema in schemas}


@contextmanager
def _empty_user_directory() -> Iterator[None]:
    """Let ComfyUI use an empty user folder, as a `with` block.

    Combos list the files in the user folder, which must not become part of a schema.
    """
    folder_paths: Any = importlib.import_module("folder_paths")
    before = folder_paths.get_user_directory()
    with tempfile.TemporaryDirectory() as empty:
        folder_paths.set_user_directory(empty)
        try:
            yield
        finally:
            folder_paths.set_user_directory(before)


def _frozen(schema: Any) -> dict[str, Any]:
    return {
        "display_name": schema.display_name,
        "category": schema.category,
        "is_output_node": bool(schema.is_output_node),
        "is_input_list": bool(schema.is_input_list),
        "not_idempotent": bool(schema.not_idempotent),
        "inputs": [_frozen_input(each) for each in schema.inputs],
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


def _frozen_input(node_input: Any) -> dict[str, Any]:
    options = json.loads(json.dumps(node_input.as_dict()))
    options.pop("tooltip", None)  # the text may change at any time
    kind, optional = node_input.get_io_type(), bool(node_input.optional)
    return {"id": node_input.id, "type": kind, "optional": optional, **options}


def as_text(schemas: dict[str, Any]) -> str:
    """Return the text of the file: nodes sorted by id, inputs and outputs in their order."""
    return json.dumps(dict(sorted(schemas.items())), indent=1, ensure_ascii=False) + "\n"


def generate(chosen: Sequence[str] = ()) -> None:
    """Write the file."""
    enter_comfyui()
    schemas = current_schemas()
    FROZEN.write_text(as_text(schemas), encoding="utf-8")
    print(f"{len(schemas)} nodes -> {FROZEN}")
