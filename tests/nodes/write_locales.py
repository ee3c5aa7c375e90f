"""The English texts of the editor, written from the nodes, the reasons and the refusals.

`python -m anime_production.tests.nodes.write_locales`, run from the directory that holds the link
`anime_production` to the checkout, writes `locales/en` anew and lists what is new, gone or changed.
A translation whose English is gone or has changed is taken out and shown, so that the tests ask for
a new one: it would go on saying what is no longer so.
"""

import importlib
import json
import pkgutil
from collections.abc import Iterator, Mapping
from typing import Any

from anime_production import models
from anime_production.models.gating.retry import ATTEMPTS, ATTEMPTS_UNIT
from anime_production.models.measure import Measure
from anime_production.models.production.catalogue import SHIPPED
from anime_production.models.production.definition import read_definition
from anime_production.models.reasons import ENGLISH, OWN, sentences
from anime_production.models.report import SUBJECTS
from anime_production.web.server.refusals import REFUSALS

from ..comfyui import enter_comfyui, pack_nodes

LOCALES = ENGLISH.parents[1]  # served by ComfyUI at /i18n

Texts = dict[str, Any]  # a text, or texts, by key


def node_texts(schemas: list[Any]) -> Texts:
    """`nodeDefs.json`: what the editor shows of each node."""
    return {schema.node_id: _of_node(schema) for schema in sorted(schemas, key=_node_id)}


def _node_id(schema: Any) -> str:
    return str(schema.node_id)


def _of_node(schema: Any) -> Texts:
    inputs: Texts = {}
    for given in schema.inputs:
        inputs[given.id] = _named(given)
        inputs |= dict(_grown(given))
    return {
        "display_name": schema.display_name,
        "description": schema.description,
        "inputs": inputs,
        "outputs": {str(index): _named(output) for index, output in enumerate(schema.outputs)},
    }


def _named(given: Any) -> Texts:
    return {"name": given.display_name or given.id, "tooltip": given.tooltip}


def _grown(given: Any) -> Iterator[tuple[str, Texts]]:
    """The inputs that an input grows to. The editor shows no translated name of these, and has a
    dot in each id as an underscore."""
    facts = given.as_dict()
    template = facts.get("template", {})
    if "prefix" not in template:
        return
    ((_type, options),) = template["input"]["required"].values()
    for index in range(template["max"]):
        yield f"{given.id}_{template['prefix']}{index}", {"tooltip": options["tooltip"]}


def category_texts(schemas: list[Any]) -> Texts:
    """`nodeCategories` of `main.json`: each part of a category by itself."""
    parts = {part for schema in schemas for part in schema.category.split("/")}
    return {part: part for part in sorted(parts)}


def declared_measures() -> Iterator[Measure]:
    """Every measure that a module of the pack declares, those of closing and retrying included."""
    for module in pkgutil.walk_packages(models.__path__, f"{models.__name__}."):
        for value in vars(importlib.import_module(module.name)).values():
            yield from _measures_in(value)


def _measures_in(value: Any) -> Iterator[Measure]:
    if isinstance(value, Measure):
        yield value
    elif isinstance(value, Mapping):
        yield from _measures_in(tuple(value.values()))
    elif isinstance(value, tuple | list):
        for each in value:
            yield from _measures_in(each)


def _spoken(name: str) -> str:
    return name.replace("_", " ")


def own_texts() -> Texts:
    """What `main.json` holds for the pack's own parts, but for their words."""
    measures = list(declared_measures())
    labels = {each.name.rpartition(".")[2]: each.label.partition(" (dB)")[0] for each in measures}
    labels[ATTEMPTS] = ""
    units = {*(each.unit for each in measures), ATTEMPTS_UNIT}
    paths = sorted(SHIPPED.glob("*.json"))
    phases = [read_definition(json.loads(path.read_text(encoding="utf-8"))) for path in paths]
    return {
        "reasons": dict(sentences()),
        "refusals": {key: kind.template for key, kind in REFUSALS.items()},
        "subjects": {name: _spoken(name) for name in sorted(SUBJECTS)},
        "measurements": {name: labels[name] or _spoken(name) for name in sorted(labels)},
        "units": {
            unit: read("en", "main.json")[OWN]["units"].get(unit, unit) for unit in sorted(units)
        },
        "phases": {each.id: each.name for each in phases},
    }


def english() -> dict[str, Texts]:
    """The texts of `locales/en`, by file. What `main.json` holds beside them is written by hand and
    kept."""
    nodes: list[Any] = pack_nodes()
    schemas = [node.GET_SCHEMA() for node in nodes]
    main = read("en", "main.json")
    own = {**main.get(OWN, {}), **own_texts()}
    return {
        "main.json": {**main, "nodeCategories": category_texts(schemas), OWN: own},
        "nodeDefs.json": node_texts(schemas),
    }


def languages() -> tuple[str, ...]:
    """The languages that there are texts in."""
    return tuple(sorted(path.parent.name for path in LOCALES.glob("*/main.json")))


def read(language: str, file: str) -> Texts:
    """A file of a language; empty where there is none."""
    path = LOCALES / language / file
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def flat(texts: Mapping[str, Any], above: str = "") -> dict[str, str]:
    """The texts by the whole path of their keys, joined by dots."""
    found: dict[str, str] = {}
    for key, value in texts.items():
        path = f"{above}.{key}" if above else key
        found |= flat(value, path) if isinstance(value, Mapping) else {path: value}
    return found


def without(texts: Mapping[str, Any], paths: set[str], above: str = "") -> Texts:
    """Texts without those of the given paths."""
    kept: Texts = {}
    for key, value in texts.items():
        path = f"{above}.{key}" if above else key
        rest = without(value, paths, path) if isinstance(value, Mapping) else value
        if path not in paths and rest != {}:
            kept[key] = rest
    return kept


def write(language: str, file: str, texts: Texts) -> None:
    """Write a file of a language."""
    path = LOCALES / language / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(texts, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def update(file: str, texts: Texts) -> None:
    """Write a file's English, and take out what was translated from another."""
    before, after = flat(read("en", file)), flat(texts)
    write("en", file, texts)
    print(f"{len(after)} texts in {file}")
    for path in sorted(after.keys() - before.keys()):
        print(f"new: {path}")
    outdated = {path for path, text in before.items() if after.get(path) != text}
    for language in set(languages()) - {"en"}:
        theirs = read(language, file)
        for path in sorted(outdated & flat(theirs).keys()):
            word = "changed" if path in after else "gone"
            print(f"{word}: {path}, in {language} it was: {flat(theirs)[path]}")
        write(language, file, without(theirs, outdated))


def main() -> None:
    """Write the files, and say what has to be translated."""
    enter_comfyui()
    for file, texts in english().items():
        update(file, texts)


if __name__ == "__main__":
    main()
