"""Graphs in API format for tests, and what is said of them."""

import json
from typing import Any

import pytest

from anime_production.models.jobs.provenance.generation_parameters import GenerationParameter
from anime_production.tools.comfyui import find_comfyui


def graph_of(**nodes: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    return {key: {"class_type": kind, "inputs": given} for key, (kind, given) in nodes.items()}


def said(params: tuple[GenerationParameter, ...], *kinds: str) -> list[Any]:
    """What is known of these kinds: texts or numbers, in their order."""
    found = [each for each in params if each.kind in kinds]
    return [each.number if each.text is None else each.text for each in found]


def prompt_of_blueprint(name: str) -> dict[str, Any]:
    """The inside of one of ComfyUI's subgraph blueprints, in API format."""
    comfyui = find_comfyui()
    if comfyui is None or not (path := comfyui / "blueprints" / f"{name}.json").is_file():
        pytest.skip(f"ComfyUI's blueprint {name!r} is not here")
    inside = json.loads(path.read_text(encoding="utf-8"))["definitions"]["subgraphs"][0]
    links = {link["id"]: [str(link["origin_id"]), link["origin_slot"]] for link in inside["links"]}
    prompt = {}
    for node in inside["nodes"]:
        values = node.get("widgets_values")
        values = list(values) if isinstance(values, list) else []
        inputs: dict[str, Any] = {}
        for each in node.get("inputs", ()):
            if "widget" in each and values:
                inputs[each["name"]] = values.pop(0)
                if values and values[0] in ("fixed", "randomize"):
                    values.pop(0)
            if each.get("link") in links and links[each["link"]][0] != "-10":
                inputs[each["name"]] = links[each["link"]]
        prompt[str(node["id"])] = {"class_type": node["type"], "inputs": inputs}
    return prompt
