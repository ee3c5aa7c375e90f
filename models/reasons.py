"""English sentences of reasons by code, and numbers with their units, as the editor shows them."""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

ENGLISH = Path(__file__).resolve().parents[1] / "locales" / "en" / "main.json"
OWN = "animeProduction"  # key of the texts that only this pack reads; ComfyUI reads the other ones

# `{value} {unit}`, `{value}`, or `{value|form for 1|form for every other number}`.
PLACEHOLDER = re.compile(r"\{(\w+)\} \{unit\}|\{(\w+)(?:\|([^{}|]*)\|([^{}|]*))?\}")


@cache
def _texts() -> Mapping[str, Mapping[str, str]]:
    """Return the English texts that only this pack reads, by section and key."""
    return dict(json.loads(ENGLISH.read_text(encoding="utf-8"))[OWN])


@cache
def sentences() -> Mapping[str, str]:
    """Return the sentences of all reasons, with `{placeholders}`, by code."""
    return dict(_texts()["reasons"])


def sentence(code: str, values: Mapping[str, Any]) -> str:
    """Return the English sentence of a reason.

    Args:
        code: a key of `sentences()`.
        values: values of its placeholders.

    Raises:
        KeyError: the code is unknown, or a placeholder has no value.
    """
    return filled(sentences()[code], values)


def note(code: str, values: Mapping[str, Any]) -> str:
    """Return the English sentence of a note on a saved file.

    Args:
        code: a key of the notes in `locales`.
        values: values of its placeholders.

    Raises:
        KeyError: the code is unknown, or a placeholder has no value.
    """
    return filled(_texts()["notes"][code], values)


def filled(template: str, values: Mapping[str, Any]) -> str:
    """Return a text with its placeholders replaced; braces in a value stay as they are.

    Args:
        template: text with placeholders as `PLACEHOLDER` describes them.
        values: values of the placeholders, by name.

    Raises:
        KeyError: a placeholder has no value.
    """

    def replaced(match: re.Match[str]) -> str:
        with_its_unit, name, one, other = match.groups()
        if with_its_unit is not None:
            return with_unit(_written(values[with_its_unit]), str(values["unit"]))
        text = _written(values[name])
        if one is None:
            return text
        return one if text == "1" else other

    return PLACEHOLDER.sub(replaced, template)


def placeholders(template: str) -> set[str]:
    """Return the names of the placeholders of a text."""
    names: set[str] = set()
    for with_its_unit, name, _one, _other in PLACEHOLDER.findall(template):
        names |= {with_its_unit, "unit"} if with_its_unit else {name}
    return names


def _written(value: Any) -> str:
    """Return a value as a person writes it: 1, not 1.0."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def unit_name(unit: str, number: str = "") -> str:
    """Return a unit as people read it, in singular or plural; "" for a unit that isn't shown.

    Args:
        unit: unit of a measure.
        number: the number before the unit, as it is shown; "1" gives the singular.
    """
    one, _, other = _texts()["units"].get(unit, unit).partition("|")
    return one if number == "1" or not other else other


def with_unit(number: str, unit: str) -> str:
    """Return a number, as it is shown, followed by its unit."""
    return f"{number} {unit_name(unit, number)}".rstrip()


def measurement_title(name: str) -> str:
    """Return a measurement's name as the editor shows it, such as `loop: seam position`.

    Args:
        name: name of the measurement, with a subject before it (`loop.`) and a character after it
            (`: Name`) if it has them.
    """
    path, *characters = name.split(": ")
    *subjects, key = path.split(".")
    label = _texts()["measurements"].get(key, key.replace("_", " "))
    return ": ".join([*(each.replace("_", " ") for each in subjects), label, *characters])


def unit_beside(name: str, unit: str) -> str:
    """Return a measurement's unit, or "" if the measurement's name says the unit already.

    Args:
        name: name of the measurement. A subject before it (`loop.`) and a character after it
            (`: Name`) are ignored.
        unit: unit of the measurement.
    """
    key = name.partition(": ")[0].rpartition(".")[2]
    label = _texts()["measurements"].get(key, key.replace("_", " ")).lower()
    forms = _texts()["units"].get(unit, unit).lower().split("|")
    return "" if any(form in label for form in forms) else unit
