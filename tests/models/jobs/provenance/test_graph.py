from typing import Any

import pytest

from anime_production.models.jobs.provenance.generation_parameters import generation_parameters

from ..graphs import graph_of, values_of_kinds


def circles() -> dict[str, Any]:
    return graph_of(
        a=("ConditioningCombine", {"conditioning_1": ["b", 0], "conditioning_2": ["a", 0]}),
        b=("ConditioningCombine", {"conditioning_1": ["a", 0], "conditioning_2": ["b", 0]}),
        one=("PrimitiveInt", {"value": ["two", 0]}),
        two=("PrimitiveInt", {"value": ["one", 0]}),
        itself=("StringConcatenate", {"string_a": ["itself", 0], "string_b": ["itself", 0]}),
        switch=("ComfySwitchNode", {"switch": ["switch", 0], "on_true": ["switch", 0]}),
        text=("CLIPTextEncode", {"clip": ["c", 0], "text": ["itself", 0]}),
        sampler=(
            "KSampler",
            {
                "positive": ["a", 0],
                "negative": ["text", 0],
                "seed": ["one", 0],
                "cfg": ["switch", 0],
            },
        ),
    )


def doubling() -> dict[str, Any]:
    """A text that doubles sixty times: it would fill any memory."""
    nodes: dict[str, Any] = {"0": ("PrimitiveString", {"value": "ab"})}
    for number in range(1, 61):
        before = [str(number - 1), 0]
        nodes[str(number)] = ("StringConcatenate", {"string_a": before, "string_b": before})
    nodes["text"] = ("CLIPTextEncode", {"clip": ["c", 0], "text": ["60", 0]})
    nodes["sampler"] = ("KSampler", {"positive": ["text", 0], "seed": 1})
    return graph_of(**nodes)


def chain(length: int = 5000) -> dict[str, Any]:
    nodes: dict[str, Any] = {"0": ("CLIPTextEncode", {"clip": ["c", 0], "text": "deep"})}
    for number in range(1, length):
        nodes[str(number)] = ("ConditioningSetMask", {"conditioning": [str(number - 1), 0]})
        nodes[f"i{number}"] = ("PrimitiveInt", {"value": [f"i{number - 1}", 0]})
        nodes[f"s{number}"] = (
            "StringConcatenate",
            {"string_a": [f"s{number - 1}", 0], "string_b": "x", "delimiter": ""},
        )
    last = length - 1
    nodes["text"] = ("CLIPTextEncode", {"clip": ["c", 0], "text": [f"s{last}", 0]})
    nodes["sampler"] = (
        "KSampler",
        {"positive": [str(last), 0], "negative": ["text", 0], "seed": [f"i{last}", 0]},
    )
    return graph_of(**nodes)


@pytest.mark.parametrize(
    "graph",
    [
        None,
        [],
        {"1": None, "2": {}, "3": {"class_type": 5}, "4": {"class_type": "X", "inputs": [1]}},
        {
            "1": {
                "class_type": "KSampler",
                "inputs": {"seed": [], "cfg": float("nan"), "steps": True},
            }
        },
        {"1": {"class_type": "KSampler", "inputs": {"positive": ["9", 0], "seed": ["9", 9]}}},
        {"1": {"class_type": "KSampler", "inputs": {"seed": "1e999", "steps": {"__value__": [1]}}}},
        {
            "1": {
                "class_type": "LoraLoader",
                "inputs": {"lora_name": ["a", "b"], "lora_1": {"on": []}},
            }
        },
        circles(),
        doubling(),
    ],
    ids=["none", "list", "no nodes", "odd", "dangling", "infinite", "lists", "circles", "doubling"],
)
@pytest.mark.timeout(30)  # one whose paths are all followed would take years
def test_an_odd_graph_says_nothing_and_breaks_nothing(graph):
    found = [each for each in generation_parameters(graph) if each.kind != "seed"]
    assert [each for each in found if each.kind != "positive_part"] == []
    assert [each.text for each in found] == (["ab"] if len(graph or ()) == 63 else [])


def test_a_deep_graph_is_followed_to_its_end():
    assert values_of_kinds(generation_parameters(chain()), "positive") == ["deep"]
