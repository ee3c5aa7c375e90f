"""All weights that the pack can use: `catalogue.json`, with what each file's publisher says of it.

Sizes and hashes are as published. Those of the Hugging Face hub's pages are rounded, and its files
come with their hashes when they are fetched. The names of torchvision's files end in the first
digits of their sha256.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from .weight import Weight, WeightFile

HUB = "https://huggingface.co"
FILE = Path(__file__).with_suffix(".json")


def _read(described: dict[str, Any]) -> Weight:
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in described.items()
    }
    values["files"] = tuple(WeightFile(**each) for each in values["files"])
    return Weight(**values)


WEIGHTS: Mapping[str, Weight] = MappingProxyType(
    {each["name"]: _read(each) for each in json.loads(FILE.read_text(encoding="utf-8"))}
)
