"""ComfyUI's text nodes, followed without running the graph."""

import importlib
from typing import Any

import pytest

from anime_production.models.jobs.provenance.generation_parameters import generation_parameters
from anime_production.models.jobs.provenance.text_nodes import LONGEST_TEXT, TEXT_NODES
from anime_production.tools.comfyui import use_comfyui

from ..graphs import graph_of, values_of_kinds

NODES: list[tuple[str, dict[str, Any]]] = [
    ("StringConcatenate", {"string_a": "a girl", "string_b": "snow", "delimiter": ", "}),
    *[("StringTrim", {"string": "  a girl\n", "mode": mode}) for mode in ("Both", "Left", "Right")],
    *[
        ("CaseConverter", {"string": "a giRL in ΐ", "mode": mode})
        for mode in ("UPPERCASE", "lowercase", "Capitalize", "Title Case", "of another version")
    ],
    ("StringReplace", {"string": "a girl, [season], [season]", "find": "[season]", "replace": "x"}),
    ("StringReplace", {"string": "abc", "find": "", "replace": "-"}),
    ("StringSubstring", {"string": "a girl, snow", "start": 2, "end": -6}),
]


def prompt_behind(class_type: str, inputs: dict[str, Any], **nodes: Any) -> Any:
    """Graph whose positive prompt comes from a text node."""
    return graph_of(
        **nodes,
        made=(class_type, inputs),
        text=("CLIPTextEncode", {"clip": ["clip", 0], "text": ["made", 0]}),
        sampler=("KSampler", {"positive": ["text", 0], "seed": 1}),
    )


@pytest.mark.parametrize(("class_type", "inputs"), NODES)
def test_a_followed_text_is_what_comfyui_makes_of_it(comfyui, class_type, inputs):
    use_comfyui(comfyui)
    nodes_string = importlib.import_module("comfy_extras.nodes_string")
    made = getattr(nodes_string, class_type).execute(**inputs).args[0]
    params = generation_parameters(prompt_behind(class_type, inputs))
    assert values_of_kinds(params, "positive") == [made]


def test_text_nodes_behind_each_other_are_followed():
    params = generation_parameters(
        prompt_behind(
            "StringTrim",
            {"string": ["joined", 0], "mode": "Both"},
            words=("PrimitiveString", {"value": " A girl"}),
            small=("CaseConverter", {"string": ["words", 0], "mode": "lowercase"}),
            joined=("StringConcatenate", {"string_a": ["small", 0], "string_b": "snow "}),
        )
    )
    assert values_of_kinds(params, "positive") == ["a girlsnow"]
    assert values_of_kinds(params, "positive_part") == []


def test_a_delimiter_that_the_run_makes_is_not_taken_for_none():
    inputs = {"string_a": "a girl", "string_b": "snow", "delimiter": ["unknown", 0]}
    params = generation_parameters(prompt_behind("StringConcatenate", inputs))
    assert values_of_kinds(params, "positive") == []
    assert values_of_kinds(params, "positive_part") == ["a girl", "snow"]


@pytest.mark.parametrize("wrong", [None, 7, True, ["x"], {"__value__": 1}])
def test_a_value_of_another_type_makes_no_text(wrong):
    for text_node in TEXT_NODES.values():
        values = dict.fromkeys(text_node.inputs, "1")
        for name in text_node.inputs:
            assert text_node.text({**values, name: wrong}) is None


def test_a_text_that_would_fill_the_memory_is_not_made():
    values = {"string": "a" * 100_000, "find": "a", "replace": "b" * 100_000}
    assert TEXT_NODES["StringReplace"].text(values) is None
    long = {"string": "a" * LONGEST_TEXT, "mode": "UPPERCASE"}
    assert TEXT_NODES["CaseConverter"].text(long) is None
