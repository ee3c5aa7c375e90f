import math
from pathlib import Path

import pytest

from anime_production.models.production.catalogue import list_phases
from anime_production.models.production.definition import fill
from anime_production.models.production.request import (
    DEFAULT_PHASES,
    SAMPLE_PHASES,
    RequestError,
    read_request,
)


@pytest.fixture(scope="module")
def catalogue():
    return list_phases(Path("/nonexistent"))


def asked(**fields):
    return {"prompt": "a girl on a hill", "phases": "sample", **fields}


def test_what_is_left_out_is_as_the_workflows_were_saved(catalogue):
    request = read_request({"prompt": "a girl on a hill", "character": "Hana"}, catalogue)
    assert request.phases == DEFAULT_PHASES
    assert (request.width, request.attempts, request.profile) == (None, None, None)
    assert 0 <= request.seed < 2**53
    assert read_request(asked(), catalogue).phases == SAMPLE_PHASES


def test_what_was_read_is_read_again_from_its_json(catalogue):
    request = read_request(
        asked(seed=3, fps=8, character="Hana", parameters={"sample_loop": {"seam_jump": 4.0}}),
        catalogue,
    )
    assert request.character == "Hana"
    assert read_request(request.to_dict(), catalogue) == request


def test_values_reach_the_parameters_of_their_names_and_no_others(catalogue):
    known = {each.id: each for each in catalogue}
    request = read_request(
        asked(width=128, frames=12, parameters={"sample_loop": {"seam_jump": 4.0}}), catalogue
    )
    stills = request.values_of(known["sample_stills"])
    assert stills["width"] == 128
    assert "frames" not in stills
    loop = fill(known["sample_loop"], request.values_of(known["sample_loop"]))
    held = {
        node["inputs"]["name"]: node["inputs"]["value"]
        for node in loop.values()
        if node["class_type"].startswith("AnimeParameter")
    }
    assert (held["frames"], held["seam_jump"], held["height"]) == (12, 4.0, 256)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"width": 8192}, "Parameter width: expected a whole number from 64 to 2048"),
        ({"phases": ["nothing"]}, "no phase 'nothing'"),
        ({"phases": ["sample_loop", "sample_loop"]}, "is named twice"),
        ({"phases": ["sample_stills"], "frames": 12}, "frames: none of the workflows"),
        ({"parameters": {"sdxl_stills": {}}}, "none of the phases"),
        ({"parameters": {"sample_loop": {"jump": 3}}}, "Parameter jump: the workflow has none"),
        ({"parameters": {"sample_loop": {"seam_jump": 99}}}, "Parameter seam_jump: expected"),
        ({"parameters": {"sample_loop": {"seam_jump": math.inf}}}, "JSON doesn't allow"),
        ({"phases": ["sdxl_stills"]}, "sdxl_stills: Parameter character: it must be given"),
        ({"phases": ["wan22_loop"], "character": "Hana"}, "Parameter image: it must be given"),
    ],
)
def test_a_bad_request_is_refused_in_one_sentence_that_names_the_field(catalogue, fields, said):
    with pytest.raises(RequestError, match=said) as refusal:
        read_request({**asked(), **fields}, catalogue)
    assert "\n" not in str(refusal.value)
    assert len(str(refusal.value)) < 400
