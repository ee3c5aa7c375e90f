"""Every example stands as an editor workflow, an API prompt and a thumbnail: one graph."""

import json
import re
from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from anime_production.tools.comfyui import PACK
from anime_production.tools.node_schemas import FROZEN

EXAMPLES = PACK / "example_workflows"
BLUEPRINTS = PACK / "subgraphs"
stem = attrgetter("stem")
NAMES = sorted(path.stem for path in EXAMPLES.glob("*.json"))
NOTE = "MarkdownNote"
AFTER_GENERATE = ("fixed", "increment", "decrement", "randomize")


def prompt_of(workflow: dict[str, Any]) -> dict[str, Any]:
    """The API prompt that the editor makes of a workflow without subgraphs; no note is in it."""
    sources = {link[0]: [str(link[1]), link[2]] for link in workflow["links"]}
    prompt = {}
    for node in workflow["nodes"]:
        if node["type"] == NOTE:
            continue
        values = list(node.get("widgets_values", []))
        inputs: dict[str, Any] = {}
        for each in node["inputs"]:
            if "widget" in each:
                inputs[each["name"]] = values.pop(0)
                if each["name"] == "seed" and values[0] in AFTER_GENERATE:
                    values.pop(0)  # what the editor does to the seed after a run
            if each.get("link") is not None:
                inputs[each["name"]] = sources[each["link"]]
        assert values == [], f"node {node['id']} has values without a widget: {values}"
        prompt[str(node["id"])] = {
            "class_type": node["type"],
            "inputs": inputs,
            "_meta": {"title": node["title"]},
        }
    return prompt


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def test_there_are_examples_and_each_has_its_three_parts():
    assert NAMES
    assert sorted(path.stem for path in (EXAMPLES / "api").glob("*.json")) == NAMES
    assert sorted(path.stem for path in EXAMPLES.glob("*.jpg")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_editor_workflow_and_the_api_prompt_are_the_same_graph(name):
    assert prompt_of(read(EXAMPLES / f"{name}.json")) == read(EXAMPLES / "api" / f"{name}.json")


@pytest.mark.parametrize("name", NAMES)
def test_a_seed_in_an_example_stays_as_it_is_after_a_run(name):
    for node in read(EXAMPLES / f"{name}.json")["nodes"]:
        values = node.get("widgets_values", [])
        assert not {"increment", "decrement", "randomize"}.intersection(values), node["id"]


@pytest.mark.parametrize("name", NAMES)
def test_a_thumbnail_is_a_picture_that_a_template_browser_can_show(name):
    with Image.open(EXAMPLES / f"{name}.jpg") as thumbnail:
        assert thumbnail.format == "JPEG"
        assert min(thumbnail.size) >= 300
        assert len(set(thumbnail.resize((32, 32)).get_flattened_data())) > 50


def test_every_node_is_in_an_example():
    nodes = [each for name in NAMES for each in read(EXAMPLES / f"{name}.json")["nodes"]]
    schemas = read(FROZEN)
    assert set(schemas) - {node["type"] for node in nodes} == set()


@pytest.mark.parametrize("name", NAMES)
def test_what_a_loader_needs_is_named_with_where_it_comes_from(name):
    for node in read(EXAMPLES / f"{name}.json")["nodes"]:
        files = {value for value in node.get("widgets_values", []) if is_model(value)}
        models = node["properties"].get("models", [])
        assert {model["name"] for model in models} == files
        for model in models:
            assert model["url"].startswith("https://huggingface.co/Comfy-Org/")
            assert model["url"].endswith(f"/{model['directory']}/{model['name']}")


def is_model(value: Any) -> bool:
    return isinstance(value, str) and value.endswith((".safetensors", ".ckpt", ".pth", ".onnx"))


def walk(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Every value in a JSON document, with the key that it stands at."""
    yield key, value
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from walk(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from walk(inner, key)


@pytest.mark.parametrize("path", [*EXAMPLES.glob("*.json"), *BLUEPRINTS.glob("*.json")], ids=stem)
def test_a_file_for_the_editor_is_one_that_older_editors_take(path):
    for key, value in walk(read(path)):
        # Their schema knows a null at a link alone, and a missing key elsewhere.
        assert value is not None or key in ("link", "links"), key
        assert not (isinstance(value, str) and re.search(r"(^|\s)/(?!/)\w+/|[A-Z]:\\", value)), (
            value
        )


@pytest.mark.parametrize("path", [*BLUEPRINTS.glob("*.json")], ids=stem)
def test_a_blueprint_holds_one_node_with_its_graph(path):
    blueprint = read(path)
    (node,), (graph,) = blueprint["nodes"], blueprint["definitions"]["subgraphs"]
    assert node["type"] == graph["id"]
    assert graph["category"] == "Anime Production"
    assert graph["description"] == blueprint["extra"]["BlueprintDescription"]
