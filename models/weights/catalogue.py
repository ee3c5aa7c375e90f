"""Catalogue of all weights that the pack can use, read from `catalogue.json`.

Sizes and hashes are those that the publishers give. The Hugging Face hub's pages round the sizes,
and its server sends the hash with each download. The names of torchvision's files end in the first
digits of their SHA-256. The scores of CCIP's networks are those of `CcipModel`.

What each set of weights is for is told here alone. The route, the command, the editor's texts and
docs/weights.md have it from here. `without.json` says for each folder what the nodes do without it.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from .weight import Weight, WeightFile

HUB = "https://huggingface.co"
FILE = Path(__file__).with_suffix(".json")
WITHOUT: Mapping[str, str] = MappingProxyType(
    json.loads(FILE.with_name("without.json").read_text(encoding="utf-8"))
)


def _read(described: dict[str, Any]) -> Weight:
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in described.items()
    }
    values["without"] = WITHOUT[values["folder"]]
    values["files"] = tuple(WeightFile(**file) for file in values["files"])
    return Weight(**values)


WEIGHTS: Mapping[str, Weight] = MappingProxyType(
    {each["name"]: _read(each) for each in json.loads(FILE.read_text(encoding="utf-8"))}
)
# The detector that `auto` prefers, and the backend that tells anime characters apart.
RECOMMENDED = tuple(weight for weight in WEIGHTS.values() if weight.recommended)
