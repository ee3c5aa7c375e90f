"""Every example stands as an editor workflow, an API prompt and a thumbnail: one graph."""

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from .comfyui import PACK

EXAMPLES = PACK / "example_workflows"
NAMES = sorted(path.stem for path in EXAMPLES.glob("*.json"))
AFTER_GENERATE = ("fixed", "increment", "decrement", "randomize")


def prompt_of(workflow: dict[str, Any]) -> dict[str, Any]:
    """The API prompt that the editor makes of a workflow without subgraphs."""
    sources = {link[0]: [str(link[1]), link[2]] for link in workflow["links"]}
    prompt = {}
    for node in workflow["nodes"]:
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
        assert not set(values) & {"increment", "decrement", "randomize"} if values else True


@pytest.mark.parametrize("name", NAMES)
def test_a_thumbnail_is_a_picture_that_a_template_browser_can_show(name):
    with Image.open(EXAMPLES / f"{name}.jpg") as thumbnail:
        assert thumbnail.format == "JPEG"
        assert min(thumbnail.size) >= 300
        assert len(set(thumbnail.resize((32, 32)).get_flattened_data())) > 50
