"""The contract with saved workflows and API prompts."""

import inspect
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from anime_production.tools.node_schemas import FROZEN, current_schemas


@pytest.fixture(scope="module")
def schemas(node_classes: dict[str, Any]) -> dict[str, Any]:
    return {node_id: node.GET_SCHEMA() for node_id, node in node_classes.items()}


def test_no_schema_differs_from_the_frozen_one():
    frozen = json.loads(FROZEN.read_text(encoding="utf-8"))
    current = current_schemas()
    assert set(current) == set(frozen)
    for node_id, schema in current.items():
        assert schema == frozen[node_id], (
            f"{node_id} differs from schemas.json. If old workflows still run, freeze it anew: "
            "python quickstart.py generate schemas"
        )


def test_ids_are_ours_and_safe_in_urls_and_translations(schemas: dict[str, Any]):
    for node_id in schemas:
        assert node_id == "AnimationLoopGenerator" or re.fullmatch(r"Anime[A-Za-z0-9_]*", node_id)


def test_every_node_stands_in_the_packs_menu_and_explains_itself(schemas: dict[str, Any]):
    for node_id, schema in schemas.items():
        assert re.fullmatch(r"Anime Production/[^/]+", schema.category), node_id
        assert schema.display_name, node_id
        assert schema.description, node_id


def test_every_input_and_output_has_a_tooltip(schemas: dict[str, Any]):
    silent = [
        f"{node_id}.{socket.id}"
        for node_id, schema in schemas.items()
        for socket in [*schema.inputs, *schema.outputs]
        if not socket.tooltip
    ]
    assert silent == []


def test_every_output_has_a_name_of_its_own(schemas: dict[str, Any]):
    for node_id, schema in schemas.items():
        names = [output.display_name or output.id for output in schema.outputs]
        assert len(set(names)) == len(names), node_id
        # ComfyUI's own name for an output without one is `_0_IMAGE_`.
        assert not [name for name in names if name.startswith("_")], node_id


def test_a_prompt_saved_before_an_input_was_added_still_runs(node_classes: dict[str, Any]):
    """ComfyUI shows a schema's default only in the editor: an API prompt gets Python's."""
    for where, given, parameter in _inputs_with_default(node_classes):
        assert given.optional, f"{where} has a default, so it must be optional"
        assert parameter.default == given.default, f"{where}: schema and execute disagree"
        assert type(parameter.default) is type(given.default), where


def test_every_optional_input_can_be_left_out(node_classes: dict[str, Any]):
    for node_id, node in node_classes.items():
        parameters = inspect.signature(node.execute).parameters
        for given in node.GET_SCHEMA().inputs:
            if given.optional and given.id in parameters:
                default = parameters[given.id].default
                assert default is not inspect.Parameter.empty, f"{node_id}.{given.id}"


def test_execute_takes_every_input_by_its_id(node_classes: dict[str, Any]):
    for node_id, node in node_classes.items():
        parameters = inspect.signature(node.execute).parameters
        takes_any = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters.values())
        for given in node.GET_SCHEMA().inputs:
            assert takes_any or given.id in parameters, f"{node_id}.{given.id}"


def test_whoever_scores_ends_a_prompt(schemas: dict[str, Any]):
    """A scoring node's report reaches `/history` only if the node is an output node."""
    for node_id, schema in schemas.items():
        names = [output.display_name or output.id for output in schema.outputs]
        if "report" in names and "score" in names:
            assert schema.is_output_node, node_id


def _inputs_with_default(
    node_classes: dict[str, Any],
) -> Iterator[tuple[str, Any, inspect.Parameter]]:
    for node_id, node in node_classes.items():
        parameters = inspect.signature(node.execute).parameters
        for given in node.GET_SCHEMA().inputs:
            if getattr(given, "default", None) is not None:
                yield f"{node_id}.{given.id}", given, parameters[given.id]


def test_every_validator_names_an_input(node_classes: dict[str, Any]):
    """ComfyUI 0.30 ignores the verdict of a validator without named inputs, 0.46 does not."""
    validators = {
        name: inspect.signature(node.validate_inputs)
        for name, node in node_classes.items()
        if "validate_inputs" in vars(node)
    }
    assert validators
    assert [name for name, each in validators.items() if not each.parameters] == []
