import json

import pytest

from anime_production.models.gating.retry import MOST_ATTEMPTS
from anime_production.models.production.definition import (
    MOST_BYTES,
    DefinitionError,
    fill,
    next_values,
    read_definition,
)
from anime_production.models.production.graph import MOST_NODES
from anime_production.models.production.phase_parameters import ParameterError


def changed(graph, node, **inputs):
    graph[node]["inputs"].update(inputs)
    return graph


def without(graph, node):
    return {key: value for key, value in graph.items() if key != node}


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


def test_a_definition_is_read_with_all_that_the_graph_says(data):
    phase = read_definition(data)
    assert [(each.name, each.kind, each.default) for each in phase.parameters] == [
        ("seed", "int", 7),
        ("blur", "float", 3.0),
    ]
    assert (phase.policy.attempts, phase.policy.at_end, phase.policy.approval) == (3, "fail", False)
    (gate,) = phase.gates
    assert (gate.node_id, gate.report_node) == ("5", "4")
    assert [(each.subject, each.profile) for each in gate.scoring_nodes] == [
        ("still_quality", "hero")
    ]
    assert phase.gives == "image"


def test_what_is_written_is_read_again_as_the_same(data):
    data["policy"] = {"adjustments": [{"reasons": ["soft_lines"], "change": {"blur": {"add": -1}}}]}
    data["requires"] = ["seed"]
    phase = read_definition(data)
    again = read_definition(json.loads(json.dumps(phase.to_dict())))
    assert again == phase
    assert again.version == phase.version


def test_the_version_changes_with_anything_and_not_with_the_order_of_keys(data):
    version = read_definition(data).version
    backwards = dict(reversed(list(data.items())))
    assert read_definition(backwards).version == version
    assert read_definition({**data, "policy": {"attempts": 4}}).version != version


def test_a_definition_is_not_changed_by_what_it_was_made_of(data):
    phase = read_definition(data)
    data["graph"]["3"]["inputs"]["seed"] = 99
    assert phase.graph["3"]["inputs"]["seed"] == ["1", 0]


def test_a_workflow_may_be_called_so(data):
    data["workflow"] = data.pop("graph")
    assert read_definition(data).graph["4"]["class_type"] == "AnimeStillQuality"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"id": "../own"}, "id: expected"),
        ({"id": "Own"}, "id: expected"),
        ({"id": None}, "got nothing"),
        ({"kind": "film"}, "one of image, loop, clip"),
        ({"name": ""}, "name: expected"),
        ({"name": 3}, "name: expected"),
        ({"stile": 1}, "unknown field 'stile'"),
        ({"graph": []}, "API form"),
        ({"graph": {"nodes": [], "links": []}}, "Export (API)"),
        ({"graph": {"1": {"class_type": "X"}}}, "no object of inputs"),
        ({"graph": {"1": "X"}}, "class_type"),
        ({"workflow": {}}, "same field"),
        ({"takes": {"image": "image"}}, "no image parameter 'image'"),
        ({"takes": {"blur": "sound"}}, "takes.blur: expected one of"),
        ({"requires": ["colour"]}, "no parameter 'colour'"),
        ({"requires": "seed"}, "requires: expected a list"),
        ({"policy": []}, "policy: expected an object"),
        ({"policy": {"attempts": 0}}, f"from 1 to {MOST_ATTEMPTS}, got 0"),
        ({"policy": {"attempts": MOST_ATTEMPTS + 1}}, f"from 1 to {MOST_ATTEMPTS}"),
        ({"policy": {"attempts": True}}, "policy.attempts"),
        ({"policy": {"at_end": "maybe"}}, '"best" or "fail"'),
        ({"policy": {"approval": "yes"}}, "true or false"),
        ({"policy": {"wall_seconds": 1e9}}, "wall_seconds"),
        ({"policy": {"retries": 3}}, "unknown field 'retries'"),
        ({"description": "x" * 10_000}, "description: expected"),
        ({"description": "\0"}, "NUL"),
        ({"description": "\ud800"}, "unpaired surrogate"),
        ({"takes": nested(500)}, "nested deeper"),
        ({"name": float("nan")}, "NaN"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(data, change, words):
    with pytest.raises(DefinitionError) as error:
        read_definition({**data, **change})
    assert words in str(error.value)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 300


@pytest.mark.parametrize("came", [None, [], "text", 3])
def test_a_definition_is_an_object(came):
    with pytest.raises(DefinitionError, match="an object"):
        read_definition(came)


@pytest.mark.parametrize(
    ("adjustment", "words"),
    [
        ({"reasons": ["soft_linez"], "change": {"blur": {"add": 1}}}, "'soft_linez'"),
        ({"reasons": ["soft_lines"], "change": {"blurr": {"add": 1}}}, "no parameter 'blurr'"),
        ({"reasons": ["soft_lines"], "change": {"blur": {"divide": 2}}}, '"set", "add"'),
        ({"reasons": ["soft_lines"], "change": {"blur": {"set": 99.0}}}, "from 0.0 to 8.0"),
        ({"reasons": ["soft_lines"], "change": {"blur": {"add": "1"}}}, "expected a number"),
        ({"reasons": [], "change": {"blur": {"add": 1}}}, "at least one reason"),
        ({"reasons": ["soft_lines"]}, "change: expected an object"),
    ],
)
def test_an_adjustment_that_could_never_work_is_refused(data, adjustment, words):
    with pytest.raises(DefinitionError) as error:
        read_definition({**data, "policy": {"adjustments": [adjustment]}})
    assert words in str(error.value)


@pytest.mark.parametrize("node", ["5", "6", "7"])
def test_a_workflow_needs_a_gate_a_job_and_a_save(data, graph, node):
    with pytest.raises(DefinitionError, match=graph[node]["class_type"]):
        read_definition(
            {
                **data,
                "graph": without(graph, node)
                if node != "6"
                else {
                    **without(graph, "6"),
                    "7": {"class_type": "AnimeJobSave", "inputs": {"images": ["3", 0]}},
                },
            }
        )


@pytest.mark.parametrize(
    ("node", "inputs", "words"),
    [
        ("1", {"name": ""}, "of node 1: write its name"),
        ("1", {"name": ["2", 0]}, "write its name"),
        ("1", {"value": ["2", 0]}, "comes over a link"),
        ("1", {"value": 101}, "from 0 to 100, got 101"),
        ("1", {"value": 1.5}, "a whole number"),
        ("1", {"low": 200}, "no bounds"),
        ("4", {"images": ["99", 0]}, "comes from node 99, which doesn't exist"),
        ("5", {"report": None}, "has no report"),
        ("7", {"images": None}, "has no images"),
        ("3", {"seed": ["4", 2]}, "depends on itself"),
    ],
)
def test_a_graph_that_could_not_run_is_refused(data, graph, node, inputs, words):
    with pytest.raises(DefinitionError) as error:
        read_definition({**data, "graph": changed(graph, node, **inputs)})
    assert words in str(error.value)


def test_a_long_chain_is_no_circle(data, graph):
    for number in range(10, MOST_NODES):
        source = str(number - 1) if number > 10 else "3"
        graph[str(number)] = {"class_type": "Step", "inputs": {"image": [source, 0]}}
    assert read_definition({**data, "graph": graph})
    for number in range(MOST_NODES, MOST_NODES + 10):
        graph[str(number)] = {"class_type": "Step", "inputs": {}}
    with pytest.raises(DefinitionError, match=f"at most {MOST_NODES}"):
        read_definition({**data, "graph": graph})


def test_one_that_is_too_big_is_refused(data, graph):
    graph["3"]["inputs"]["text"] = "x" * MOST_BYTES
    with pytest.raises(DefinitionError, match="bytes"):
        read_definition({**data, "graph": graph})


def test_a_picture_that_nobody_must_give_needs_something_in_its_place(data, graph):
    graph["8"] = {"class_type": "AnimeParameterImage", "inputs": {"name": "image", "value": ""}}
    with pytest.raises(DefinitionError, match="fallback"):
        read_definition({**data, "graph": graph})
    assert read_definition({**data, "graph": graph, "requires": ["image"]})
    graph["8"]["inputs"]["fallback"] = ["3", 0]
    assert read_definition({**data, "graph": graph, "takes": {"image": "image"}})


def test_values_take_their_places_and_the_definition_stays(data):
    phase = read_definition(data)
    graph = fill(phase, {"seed": 99})
    assert (graph["1"]["inputs"]["value"], graph["2"]["inputs"]["value"]) == (99, 3.0)
    assert phase.graph["1"]["inputs"]["value"] == 7
    with pytest.raises(ParameterError, match=r"Parameter steps: the workflow has none .* seed"):
        fill(phase, {"steps": 3})


def test_the_seed_moves_on_and_begins_again_at_its_end(data):
    phase = read_definition(data)
    assert next_values(phase, {}) == {"seed": 8}
    assert next_values(phase, {"seed": 41, "blur": 1.0}) == {"seed": 42, "blur": 1.0}
    assert next_values(phase, {"seed": 100}) == {"seed": 0}


def test_what_comfyui_writes_about_loops_is_no_part_of_a_phase(data):
    plain = read_definition(data)
    node = next(iter(data["graph"]))
    data["graph"][node] |= {"_loop_body": ["4"], "_loop_end": "5"}
    assert read_definition(data) == plain
