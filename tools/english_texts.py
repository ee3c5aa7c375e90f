"""Generator of the English texts in locales/en, from the nodes, the measures and the refusals.

The sentences of reasons, the display names of units, and the texts of the panel, the settings and
the commands are written by hand in `locales/en`, and the generator keeps them.
"""

import importlib
import json
import pkgutil
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .. import models
from ..models.gating.retry import ATTEMPTS, ATTEMPTS_UNIT
from ..models.measure import Measure
from ..models.production.catalogue import SHIPPED
from ..models.production.definition import read_definition
from ..models.reasons import OWN, sentences
from ..models.report import SUBJECTS
from ..models.weights import WEIGHTS
from ..models.weights.catalogue import WITHOUT
from ..web.server.refusals import REFUSALS
from . import translations
from .comfyui import enter_comfyui, pack_nodes
from .help_tables import TEXTS as HELP_TABLES
from .help_tables import english_words
from .locale_files import ENGLISH, Texts, flat, read, write


def node_texts(schemas: list[Any]) -> Texts:
    """Return the texts of `nodeDefs.json`: title, description, inputs and outputs of each node."""
    return {schema.node_id: _node_text(schema) for schema in sorted(schemas, key=_node_id)}


def _node_id(schema: Any) -> str:
    return str(schema.node_id)


def _node_text(schema: Any) -> Texts:
    inputs: Texts = {}
    for node_input in schema.inputs:
        inputs[node_input.id] = _socket_text(node_input)
        inputs |= dict(_texts_of_added_inputs(node_input))
    return {
        "display_name": schema.display_name,
        "description": schema.description,
        "inputs": inputs,
        "outputs": {
            str(index): _socket_text(output) for index, output in enumerate(schema.outputs)
        },
    }


def _socket_text(socket: Any) -> Texts:
    return {"name": socket.display_name or socket.id, "tooltip": socket.tooltip}


def _texts_of_added_inputs(node_input: Any) -> Iterator[tuple[str, Texts]]:
    """Yield id and texts of the inputs that the editor adds when an autogrow input is connected.

    The editor does not translate their names. In their ids it replaces the dot by an underscore.
    """
    template = node_input.as_dict().get("template", {})
    if "prefix" not in template:
        return
    ((_type, options),) = template["input"]["required"].values()
    for index in range(template["max"]):
        yield f"{node_input.id}_{template['prefix']}{index}", {"tooltip": options["tooltip"]}


def category_texts(schemas: list[Any]) -> Texts:
    """Return `nodeCategories` of `main.json`: each part of a category by itself."""
    parts = {part for schema in schemas for part in schema.category.split("/")}
    return {part: part for part in sorted(parts)}


def declared_measures() -> Iterator[Measure]:
    """Yield every measure that a module of the pack declares."""
    for module in pkgutil.walk_packages(models.__path__, f"{models.__name__}."):
        for value in vars(importlib.import_module(module.name)).values():
            yield from _measures_in(value)


def _measures_in(value: Any) -> Iterator[Measure]:
    if isinstance(value, Measure):
        yield value
    elif isinstance(value, Mapping):
        yield from _measures_in(tuple(value.values()))
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _measures_in(item)


def _as_words(name: str) -> str:
    return name.replace("_", " ")


def own_texts() -> Texts:
    """Return the pack's own texts of `main.json`, without those that are written by hand."""
    measures = list(declared_measures())
    labels = {each.name.rpartition(".")[2]: each.label.partition(" (dB)")[0] for each in measures}
    labels[ATTEMPTS] = ""
    units = {*(each.unit for each in measures), ATTEMPTS_UNIT}
    units_by_hand = read(ENGLISH, "main.json")[OWN]["units"]
    paths = sorted(SHIPPED.glob("*.json"))
    phases = [read_definition(json.loads(path.read_text(encoding="utf-8"))) for path in paths]
    return {
        "reasons": dict(sentences()),
        "refusals": {key: kind.template for key, kind in REFUSALS.items()},
        "subjects": {name: _as_words(name) for name in sorted(SUBJECTS)},
        "measurements": {name: labels[name] or _as_words(name) for name in sorted(labels)},
        "units": {unit: units_by_hand.get(unit, unit) for unit in sorted(units)},
        "phases": {each.id: each.name for each in phases},
        "weights": weight_texts(),
        "licences": {each.licence: each.licence for each in WEIGHTS.values()},
        HELP_TABLES: english_words(),
    }


def weight_texts() -> Texts:
    """Return the texts of the weights by name, and what happens without each folder's weights."""
    texts: Texts = {}
    for name, weight in WEIGHTS.items():
        texts |= {f"{name}.purpose": weight.purpose, f"{name}.gain": weight.gain}
    return texts | {f"without.{folder}": text for folder, text in WITHOUT.items()}


def english() -> dict[str, Texts]:
    """Return the texts of `locales/en` by file, including those that are written by hand."""
    nodes: list[Any] = pack_nodes()
    schemas = [node.GET_SCHEMA() for node in nodes]
    main = read(ENGLISH, "main.json")
    own = {**main.get(OWN, {}), **own_texts()}
    return {
        "main.json": {**main, "nodeCategories": category_texts(schemas), OWN: own},
        "nodeDefs.json": node_texts(schemas),
    }


def generate(chosen: Sequence[str] = ()) -> None:
    """Write the files, and list the translations that are missing or must be checked."""
    enter_comfyui()
    for file, texts in english().items():
        before, after = flat(read(ENGLISH, file)), flat(texts)
        write(ENGLISH, file, texts)
        print(f"{len(after)} texts in {file}")
        for path in sorted(path for path, text in after.items() if before.get(path) != text):
            print(f"{'changed' if path in before else 'new'}: {path}")
    translations.update()
    print("\n".join(translations.summary()))
