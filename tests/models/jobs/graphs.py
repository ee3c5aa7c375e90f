"""Graphs in API format for tests, and readers of their generation parameters."""

import json
from typing import Any

import pytest

from anime_production.models.jobs.provenance.generation_parameters import GenerationParameter
from anime_production.tools.comfyui import find_comfyui


def graph_of(**nodes: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    """Return a graph in API format, from the class and the inputs of each node by its id."""
    return {key: {"class_type": kind, "inputs": inputs} for key, (kind, inputs) in nodes.items()}


def values_of_kinds(params: tuple[GenerationParameter, ...], *kinds: str) -> list[Any]:
    """Return the texts or numbers of the parameters of some kinds, in their order."""
    return [
        each.number if each.text is None else each.text for each in params if each.kind in kinds
    ]


def prompt_of_blueprint(name: str) -> dict[str, Any]:
    """Return the nodes in one of ComfyUI's subgraph blueprints, as a graph in API format."""
    comfyui = find_comfyui()
    if comfyui is None or not (path := comfyui / "blueprints" / f"{name}.json").is_file():
        pytest.skip(f"there is no ComfyUI with the blueprint {name!r}")
    subgraph = json.loads(path.read_text(encoding="utf-8"))["definitions"]["subgraphs"][0]
    links = {
        link["id"]: [str(link["origin_id"]), link["origin_slot"]] for link in subgraph["links"]
    }
    prompt = {}
    for node in subgraph["nodes"]:
        values = node.get("widgets_values")
        values = list(values) if isinstance(values, list) else []
        inputs: dict[str, Any] = {}
        for socket in node.get("inputs", ()):
            if "widget" in socket and values:
                inputs[socket["name"]] = values.pop(0)
                if values and values[0] in ("fixed", "randomize"):
                    values.pop(0)
            if socket.get("link") in links and links[socket["link"]][0] != "-10":
                inputs[socket["name"]] = links[socket["link"]]
        prompt[str(node["id"])] = {"class_type": node["type"], "inputs": inputs}
    return prompt
