"""Literal parts of prompts that only the run makes."""

from typing import Any

import pytest

from anime_production.models.jobs.provenance.generation_parameters import generation_parameters
from anime_production.models.jobs.queries.choose import origin_of
from anime_production.models.jobs.queries.filters import JobQuery
from anime_production.models.jobs.queries.listing import list_jobs
from anime_production.models.jobs.recording.events import JobQueued
from anime_production.models.jobs.recording.ledger import write

from ..graphs import graph_of, values_of_kinds
from .test_text_nodes import prompt_behind

# Nodes that join or change texts, with the pack that each is from.
JOINING: list[tuple[str, dict[str, Any], list[str]]] = [
    ("RegexReplace", {"string": "a girl, S", "regex_pattern": "S$", "replace": "snow"},
     ["a girl, S", "snow"]),  # ComfyUI
    ("StringFormat", {"f_string": "a girl in {a}", "values.a": "snow"},
     ["a girl in {a}", "snow"]),  # ComfyUI
    ("JoinStringMulti", {"inputcount": 2, "string_1": "a girl", "string_2": "snow",
                         "delimiter": "and"}, ["a girl", "snow"]),  # KJNodes
    ("easy promptConcat", {"prompt1": "a girl", "prompt2": "snow", "separator": "and"},
     ["a girl", "snow"]),  # Easy-Use
    ("ImpactWildcardProcessor", {"wildcard_text": "a __colour__ girl", "populated_text": "",
                                 "mode": "populate", "seed": 3}, ["a __colour__ girl"]),
    ("Any Switch (rgthree)", {"any_01": ["nothing", 0], "any_02": "a girl"}, ["a girl"]),
    ("Text Concatenate", {"text_a": "a girl", "text_b": ["words", 0], "delimiter": ", "},
     ["a girl", "snow"]),  # WAS
]  # fmt: skip


@pytest.mark.parametrize(("class_type", "inputs", "parts"), JOINING)
def test_the_parts_of_a_prompt_that_the_run_makes_are_found(class_type, inputs, parts):
    words = ("Text Multiline", {"text": "snow", "mode": "x", "seed": 1})
    params = generation_parameters(prompt_behind(class_type, inputs, words=words))
    assert sorted(values_of_kinds(params, "positive_part")) == sorted(parts)
    assert values_of_kinds(params, "positive", "prompt") == []


def test_a_part_names_the_node_in_which_it_is_written():
    graph = prompt_behind("RegexReplace", {"string": ["words", 0], "replace": ""},
                          words=("PrimitiveString", {"value": "a girl"}))  # fmt: skip
    (part,) = (each for each in generation_parameters(graph) if each.kind == "positive_part")
    assert (graph[part.node_id]["class_type"], part.name) == ("PrimitiveString", "value")


def test_pictures_behind_a_language_model_are_not_searched_for_texts():
    graph = prompt_behind(
        "TextGenerate",
        {"prompt": "describe the fox", "image": ["first", 0], "clip": ["clip", 0]},
        first=("VAEDecode", {"samples": ["earlier", 0]}),
        earlier=("KSampler", {"positive": ["other", 0], "seed": 2}),
        other=("CLIPTextEncode", {"clip": ["clip", 0], "text": "a fox"}),
    )
    params = generation_parameters(graph)
    assert values_of_kinds(params, "positive_part") == ["describe the fox"]
    assert values_of_kinds(params, "positive") == ["a fox"]


def test_a_node_whose_conditioning_comes_from_elsewhere_makes_no_text():
    graph = graph_of(
        text=("CLIPTextEncode", {"clip": ["clip", 0], "text": "a girl"}),
        detailer=("FaceDetailer", {"clip": ["clip", 0], "positive": ["text", 0], "seed": 1}),
    )
    params = generation_parameters(graph)
    assert values_of_kinds(params, "positive") == ["a girl"]
    assert not any(each.kind.endswith("_part") for each in params)


def test_the_sizes_of_an_encoder_whose_text_the_run_makes_are_no_size_of_the_picture():
    graph = graph_of(
        made=("SomeLanguageModel", {"prompt": "a hill"}),
        text=("CLIPTextEncodeSDXL", {"clip": ["clip", 0], "text_g": ["made", 0], "width": 4096,
                                     "height": 4096}),
        sampler=("KSampler", {"positive": ["text", 0], "seed": 1}),
    )  # fmt: skip
    assert values_of_kinds(generation_parameters(graph), "width", "height") == []


def test_a_ring_of_texts_ends():
    graph = prompt_behind(
        "Join", {"text1": ["other", 0], "text2": "a girl"}, other=("Join", {"text1": ["made", 0]})
    )
    assert values_of_kinds(generation_parameters(graph), "positive_part") == ["a girl"]


def test_a_part_is_searched_for_and_is_not_the_jobs_prompt(connection, job):
    graph = prompt_behind("RegexReplace", {"string": "a gentle fox", "replace": "snow"})
    write(connection, JobQueued(job, graph))
    for text, count in (("gentle", 1), ("gentle bear", 0)):
        assert len(list_jobs(connection, JobQuery(text=text), 10, "newest", None).jobs) == count
    assert origin_of(connection, job.id).prompt is None
