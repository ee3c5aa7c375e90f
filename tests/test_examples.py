"""Every example stands as an editor workflow, an API prompt and a thumbnail: one graph."""

import copy
import json
import re
from collections.abc import Iterator
from itertools import permutations
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from anime_production.tools import examples
from anime_production.tools.comfyui import PACK
from anime_production.tools.examples import TITLES, api_file, editor_file, template, thumbnail
from anime_production.tools.layout import MOST_ROWS, TITLE, arrange, room
from anime_production.tools.node_schemas import FROZEN

EXAMPLES = PACK / "example_workflows"
BLUEPRINTS = PACK / "subgraphs"
stem = attrgetter("stem")
NAMES = list(TITLES)
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
    assert set(examples.API.iterdir()) == {api_file(name) for name in NAMES}
    others = {path for path in EXAMPLES.iterdir() if path.is_file()}
    assert others == {file(name) for name in NAMES for file in (editor_file, thumbnail)}


@pytest.mark.parametrize("name", NAMES)
def test_the_editor_workflow_and_the_api_prompt_are_the_same_graph(name):
    assert prompt_of(read(editor_file(name))) == read(api_file(name))


@pytest.mark.parametrize("name", NAMES)
def test_a_seed_in_an_example_stays_as_it_is_after_a_run(name):
    for node in read(editor_file(name))["nodes"]:
        values = node.get("widgets_values", [])
        assert not {"increment", "decrement", "randomize"}.intersection(values), node["id"]


@pytest.mark.parametrize("name", NAMES)
def test_a_thumbnail_is_a_picture_that_a_template_browser_can_show(name):
    with Image.open(thumbnail(name)) as picture:
        assert picture.format == "JPEG"
        # The editor shows it in a square, and leaves the rest of the square empty.
        assert picture.width == picture.height >= 300
        brightness = picture.convert("L").resize((1, 1)).getpixel((0, 0))
        assert isinstance(brightness, int)
        assert brightness > 100, "it is dark"
        assert len(set(picture.resize((32, 32)).get_flattened_data())) > 50


@pytest.mark.parametrize("name", NAMES)
def test_nodes_stand_in_rows_with_room_for_their_results_and_the_note_first(name):
    workflow = read(editor_file(name))
    arranged = copy.deepcopy(workflow)
    arrange(arranged)
    assert workflow == arranged, f"python quickstart.py generate layout:{name}"
    boxes = [(*node["pos"], node["size"][0], room(node)) for node in workflow["nodes"]]
    for (x, y, width, height), (left, top, _, _) in permutations(boxes, 2):
        assert not (x <= left < x + width and y <= top - TITLE < y + height), (x, y)
    note = next(node for node in workflow["nodes"] if node["type"] == NOTE)
    tops = {group["bounding"][1] for group in workflow["groups"]}
    assert note["pos"][0] == min(x for x, *_ in boxes)
    assert note["pos"][1] - TITLE <= min(tops)
    assert len(tops) <= MOST_ROWS
    right = max(x + width for x, _, width, _ in boxes)
    assert right < 3000, "one long row can't be read"


@pytest.mark.parametrize("name", NAMES)
def test_a_note_begins_with_the_title(name):
    (note,) = (node for node in read(editor_file(name))["nodes"] if node["type"] == NOTE)
    (text,) = note["widgets_values"]
    assert text.startswith(f"## {TITLES[name]}\n\n")
    assert "`" not in text, "Nodes 2.0 draws code so that it can't be read"


def test_the_page_on_templates_has_all_of_them_in_their_order():
    page = (PACK / "docs" / "templates.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| \*\*(.+?)\*\* \|", page, re.MULTILINE) == [*map(template, NAMES)]


def test_every_node_is_in_an_example():
    nodes = [each for name in NAMES for each in read(editor_file(name))["nodes"]]
    schemas = read(FROZEN)
    assert set(schemas) - {node["type"] for node in nodes} == set()


@pytest.mark.parametrize("name", NAMES)
def test_what_a_loader_needs_is_named_with_where_it_comes_from(name):
    for node in read(editor_file(name))["nodes"]:
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
