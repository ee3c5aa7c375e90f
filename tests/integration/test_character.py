"""A clip against a character sheet, in a running ComfyUI that finds its networks in its folders.

The published networks can't be had here. Small ones of the same shapes take their places, so that
what is shown is the way through files, onnxruntime and nodes, not how well they tell characters.
"""

import pytest

from ..models.character.detectors.test_yolo import finder_of_green
from ..models.character.embedders.test_ccip import write_network
from .client import ComfyClient, Prompt
from .server import ComfyServer

CCIP, HEADS = "ccip-caformer-5_fp32", "head_detect_v2.0_s"


@pytest.fixture
def networks(server: ComfyServer):
    """CCIP and a finder of green things, installed for one test."""
    models = server.base / "models"
    folders = [models / "ccip" / CCIP, models / "anime_detection" / HEADS]
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    write_network(folders[0] / "model_feat.onnx")
    finder_of_green(folders[1] / "model.onnx")
    yield
    # ComfyUI remembers the folders that it has listed, and fails where one is gone.
    for file in (each for folder in folders for each in folder.iterdir()):
        file.unlink()


def test_ccip_runs_through_onnxruntime_and_the_report_names_it(client: ComfyClient, networks):
    prompt = Prompt()
    identity = prompt.add("AnimeIdentityModel", backend="auto")
    model = {"model": identity.out()}
    clip = prompt.add("AnimeSampleClip", frames=6, width=160, height=160, seed=1)
    sheet = prompt.add("AnimeCharacterSheet", references=clip.out(), **model)
    scored = prompt.add("AnimeCharacterScore", images=clip.out(), character=sheet.out(), **model)
    run = client.run(prompt)
    report = run.report(scored)
    assert report["verdict"] in ("PASS", "FAIL", "NOT_MEASURED")
    assert report["measurements"][0]["backend"] == CCIP
    explanation = run.outputs[identity]["text"][0]
    assert f"Backend: {CCIP}: the best that is installed. It runs on CPUExecution" in explanation
    assert f"Detector: anime_head:{HEADS}" in explanation
