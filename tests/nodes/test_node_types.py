"""The table of the pack's nodes is that of the frozen schemas, and nothing writes it anew."""

import ast
import json
import re

from anime_production.models.node_types import GATE, NODE_TYPES, Blocked
from anime_production.models.report import SUBJECTS, UNDECLARED
from anime_production.tools.comfyui import PACK
from anime_production.tools.node_schemas import FROZEN

TABLE = "models/node_types.py"


def test_the_table_has_the_outputs_of_the_frozen_schemas():
    frozen = json.loads(FROZEN.read_text(encoding="utf-8"))
    assert {
        node: [each["id"] for each in schema["outputs"]] for node, schema in frozen.items()
    } == {node.id: [each.name for each in node.outputs] for node in NODE_TYPES.values()}


def test_the_nodes_with_a_subject_are_those_that_give_a_score_of_one():
    subjects = {node.subject for node in NODE_TYPES.values() if node.subject}
    assert subjects == set(SUBJECTS) - set(UNDECLARED)


def test_the_sources_of_outputs_are_inputs_of_their_nodes():
    frozen = json.loads(FROZEN.read_text(encoding="utf-8"))
    for node in NODE_TYPES.values():
        inputs = {each["id"] for each in frozen[node.id]["inputs"]}
        assert {each.source for each in node.outputs if each.source} <= inputs, node.id


def test_each_side_of_a_gate_may_be_blocked_by_the_name_of_its_outputs():
    for output in GATE.outputs:
        side = output.name.partition("_")[0]
        expected = {"accepted": Blocked.NONE_ACCEPTED, "rejected": Blocked.NONE_REJECTED}
        assert output.blocked is expected.get(side, Blocked.NEVER), output.name


def test_no_other_module_writes_the_id_of_a_node():
    """A node's own schema does, and log lines and messages may name one in a sentence."""
    written = [
        f"{path.relative_to(PACK)}:{node.lineno} {node.value}"
        for room in ("models", "nodes", "web")
        for path in (PACK / room).rglob("*.py")
        if path.relative_to(PACK).as_posix() != TABLE
        for node in _strings(ast.parse(path.read_text(encoding="utf-8")))
        if node.value in NODE_TYPES
    ]
    assert written == []


def test_the_editors_scripts_name_only_nodes_that_there_are():
    named = {
        match[0].strip('"')
        for path in (PACK / "web" / "client").rglob("*.js")
        for match in re.finditer(r'"Anim(e|ation)[A-Z][A-Za-z]+"', path.read_text(encoding="utf-8"))
    }
    assert named
    assert named <= set(NODE_TYPES)


def _strings(tree: ast.Module):
    """Yield the strings of a module, without those of `node_id` in a schema."""
    own = {
        keyword.value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        for keyword in call.keywords
        if keyword.arg == "node_id"
    }
    exported = {
        element
        for each in ast.walk(tree)
        if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == "__all__"
        for element in ast.walk(each.value)
    }
    for node in ast.walk(tree):
        is_string = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_string and node not in own and node not in exported:
            yield node
