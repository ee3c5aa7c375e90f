"""The smallest workflow that can be a phase."""

import copy
from typing import Any

import pytest

from anime_production.models.production import store
from anime_production.models.production.definition import read_definition
from anime_production.models.production.request import read_request

from .studio import Studio

GRAPH: dict[str, Any] = {
    "1": {
        "class_type": "AnimeParameterInt",
        "inputs": {"name": "seed", "value": 7, "low": 0, "high": 100},
    },
    "2": {
        "class_type": "AnimeParameterFloat",
        "inputs": {"name": "blur", "value": 3.0, "low": 0.0, "high": 8.0},
    },
    "3": {"class_type": "AnimeSampleClip", "inputs": {"seed": ["1", 0], "blur": ["2", 0]}},
    "4": {"class_type": "AnimeStillQuality", "inputs": {"images": ["3", 0], "profile": "hero"}},
    "5": {"class_type": "AnimeGate", "inputs": {"report": ["4", 0], "images": ["3", 0]}},
    "6": {"class_type": "AnimeJob", "inputs": {}},
    "7": {"class_type": "AnimeJobSave", "inputs": {"job": ["6", 0], "images": ["3", 0]}},
}


@pytest.fixture
def graph() -> dict[str, Any]:
    return copy.deepcopy(GRAPH)


@pytest.fixture
def data(graph) -> dict[str, Any]:
    """A definition as a file holds it."""
    return {"id": "own", "name": "Own", "kind": "image", "graph": graph}


@pytest.fixture
def studio(database_url, tmp_path):
    studios = []

    def studio(*scripts, **more):
        folder = tmp_path / str(len(studios))
        folder.mkdir(mode=0o700)
        studios.append(Studio(folder, *scripts, **more))
        return studios[-1]

    yield studio
    for each in studios:
        each.recorder.close()


@pytest.fixture
def begin(data):
    def begin(place, **policy):
        definition = read_definition({**data, "policy": policy})
        request = read_request({"prompt": "x", "phases": ["own"], "seed": 7}, [definition])
        production_id = place.database.run(store.create, request, [definition])
        return production_id, place.database.run(store.load, production_id).phases[0].id

    return begin
