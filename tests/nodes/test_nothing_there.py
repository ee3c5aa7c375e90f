"""Through the nodes: a sheet of nobody and a clip of nobody, without weights and with a cascade."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image

from anime_production.models.report import Verdict
from anime_production.models.sample.sample_clip import draw_clip
from anime_production.nodes import character_library, comfyui


@pytest.fixture(params=["whole_image", "lbp_anime_face"])
def model(request, run_node, node_classes, monkeypatch, shared_assets):
    """The identity models that need no network."""
    file = shared_assets / "weights" / "lbpcascade_animeface.xml"
    installed = {"anime_detection": {file.name: file}}
    monkeypatch.setattr(comfyui, "weights", lambda folder: installed.get(folder, {}))
    inputs = {"backend": "palette", "detector": request.param}
    return run_node(node_classes["AnimeIdentityModel"], **inputs).args[0]


@pytest.fixture(scope="module")
def background(shared_assets) -> torch.Tensor:
    with Image.open(shared_assets / "backgrounds" / "bg_uni.jpg") as image:
        small = image.convert("RGB").resize((320, 180))
    return torch.from_numpy(np.array(small)).float()[None] / 255


@pytest.fixture
def run(run_node, node_classes, tmp_path, monkeypatch):
    """Runs a node, and checks that its `ui` can be sent; the library is an empty folder."""
    monkeypatch.setattr(comfyui, "characters_directory", lambda: tmp_path / "characters")
    monkeypatch.setattr(comfyui, "private_directory", lambda: None)
    recorder = SimpleNamespace(record=lambda event: None)
    monkeypatch.setattr(character_library, "open_recorder", lambda directory: recorder)

    def result(node_id, **inputs):
        answer = run_node(node_classes[node_id], **inputs)
        json.dumps(answer.ui, allow_nan=False)
        return answer.args

    return result


@pytest.mark.parametrize("frames", ["somebody", "nobody", "nobody, then somebody", "none"])
@pytest.mark.parametrize("references", ["nobody", "one of three", "none", "somebody"])
def test_every_node_of_characters_goes_through(run, model, background, references, frames):
    somebody = draw_clip(3, 320, 180, 24, 0, 1)
    nobody = background.repeat(3, 1, 1, 1)
    pictures = {
        "somebody": somebody,
        "nobody": nobody,
        "one of three": torch.cat([background, somebody[:1], background]),
        "nobody, then somebody": torch.cat([nobody[:2], somebody]),
        "none": somebody[:0],
    }
    made = run("AnimeCharacterSheet", references=pictures[references], name="Aoi", model=model)
    run("AnimeCharacterContactSheet", character=made[0])
    kept, _ = run("AnimeCharacterSave", character=made[0])
    loaded, info = run("AnimeCharacterLoad", name="Aoi")
    count = {"nobody": 0, "one of three": 1, "none": 0, "somebody": 3}[references]
    total = len(pictures[references])
    assert f"{count} of {total} references are used." in info
    clip = pictures[frames]
    for character in (kept, loaded):
        report, *_, passed = run(
            "AnimeCharacterScore", images=clip, character=character, model=model
        )
        is_seen = count > 0 and frames in ("somebody", "nobody, then somebody")
        assert passed == is_seen
        assert report.verdict is (Verdict.PASS if is_seen else Verdict.NOT_MEASURED)
    run("AnimeCharacterOverlay", images=clip, report=report)
    run("AnimeReportPlot", report=report)
    run("AnimeGate", report=report, images=clip)
