"""A clip against character sheets, in a running ComfyUI, with every kind of backend that can run.

The published networks can't be had here. Small ones of the same shapes take their places, so that
what is shown is the way through files, onnxruntime and nodes, not how well they tell characters.
"""

import shutil
from pathlib import Path

import pytest
from PIL import Image

from ..models.character.detectors.test_yolo import finder_of_green
from ..models.character.embedders.test_ccip import write_network
from .client import ComfyClient, Prompt, PromptFailed, Run
from .server import ComfyServer

CCIP, HEADS = "ccip-caformer-5_fp32", "head_detect_v2.0_s"


@pytest.fixture
def networks(server: ComfyServer):
    """CCIP and a finder of green things, installed for one test."""
    models = server.base / "models"
    folders = [models / "ccip" / CCIP, models / "anime_detection" / HEADS]
    for folder in folders:
        folder.mkdir(parents=True)
    write_network(folders[0] / "model_feat.onnx")
    finder_of_green(folders[1] / "model.onnx")
    yield
    for folder in folders:
        shutil.rmtree(folder)


@pytest.fixture
def cascade(server: ComfyServer, shared_assets: Path):
    """The cascade of anime faces, installed for one test."""
    folder = server.base / "models" / "anime_detection"
    folder.mkdir(parents=True, exist_ok=True)
    path = Path(shutil.copy(shared_assets / "weights" / "lbpcascade_animeface.xml", folder))
    yield
    path.unlink()


def score(client: ComfyClient, model: dict, drift: float = 0.0, others: int = 0) -> tuple[Run, str]:
    prompt = Prompt()
    identity = prompt.add("AnimeIdentityModel", **model).out() if model else None
    chosen = {"model": identity} if identity else {}
    sheets = []
    for character in range(others + 1):
        clip = prompt.add("AnimeSampleClip", frames=6, character=character, seed=1)
        sheets.append(
            prompt.add("AnimeCharacterSheet", references=clip.out(), name=f"C{character}", **chosen)
        )
    frames = prompt.add("AnimeSampleClip", frames=24, character=0, seed=2, drift=drift).out()
    more = {f"more_characters.character{i}": each.out() for i, each in enumerate(sheets[1:])}
    scored = prompt.add(
        "AnimeCharacterScore", images=frames, character=sheets[0].out(), **chosen, **more
    )
    prompt.add("PreviewImage", images=scored.out(1))
    prompt.add("PreviewImage", images=scored.out(2))
    return client.run(prompt), scored


@pytest.mark.parametrize("model", [{}, {"backend": "palette", "detector": "whole_image"}])
def test_a_clip_of_her_passes_and_one_that_drifts_off_fails(client: ComfyClient, model):
    run, scored = score(client, model)
    assert run.report(scored)["verdict"] == "PASS"
    run, scored = score(client, model, drift=1.0)
    report = run.report(scored)
    assert report["verdict"] == "FAIL"
    similarity = report["measurements"][0]
    assert similarity["reason_code"] == "character_lost"
    lost = similarity["details"]["lost_from"]
    assert 4 < lost < 24
    assert set(similarity["details"]["presence"][lost:]) == {"different"}


def test_ccip_runs_through_onnxruntime_and_the_report_names_it(client: ComfyClient, networks):
    run, scored = score(client, {"backend": "auto"})
    report = run.report(scored)
    assert report["verdict"] in ("PASS", "FAIL", "NOT_MEASURED")
    assert report["measurements"][0]["backend"] == CCIP
    explanation = run.outputs["1"]["text"][0]
    assert f"Backend: {CCIP}: the best that is installed. It runs on CPUExecution" in explanation
    assert f"Detector: anime_head:{HEADS}" in explanation


def test_faces_are_found_by_the_cascade_and_characters_told_apart(client: ComfyClient, cascade):
    run, scored = score(client, {"backend": "palette", "detector": "auto"}, others=1)
    measured = {each["name"]: each for each in run.report(scored)["measurements"]}
    assert "lbp_anime_face" in run.outputs["1"]["text"][0]
    assert measured["similarity: C0"]["verdict"] == "PASS"
    assert measured["similarity: C1"]["verdict"] == "NOT_MEASURED"
    assert measured["similarity: C1"]["reason_code"].startswith("seldom")


def test_a_sheet_of_another_model_is_refused_in_words(client: ComfyClient, networks):
    prompt = Prompt()
    clip = prompt.add("AnimeSampleClip", frames=4)
    sheet = prompt.add("AnimeCharacterSheet", references=clip.out())
    model = prompt.add("AnimeIdentityModel", backend="ccip", detector="whole_image")
    prompt.add("AnimeCharacterScore", images=clip.out(), character=sheet.out(), model=model.out())
    with pytest.raises(PromptFailed) as failed:
        client.run(prompt)
    assert f"made with {CCIP}/figure" in str(failed.value)
    assert "palette/figure" in str(failed.value)


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ({"backend": "ccip"}, "--fetch ccip-caformer-24-randaug-pruned"),
        ({"backend": "insightface"}, "--fetch buffalo_l --accept-licence"),
        ({"detector": "anime_face"}, "--fetch face_detect_v1.4_s"),
        ({"backend": "clip_vision"}, "Load CLIP Vision"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_weights_that_are_absent_are_named_with_the_command(client: ComfyClient, model, said):
    with pytest.raises(PromptFailed) as failed:
        score(client, model)
    assert said in str(failed.value)


def test_nobody_in_a_reference_and_nobody_in_a_clip_are_told(
    client: ComfyClient, server: ComfyServer, shared_assets: Path
):
    (server.base / "input").mkdir(exist_ok=True)
    with Image.open(shared_assets / "backgrounds" / "bg_uni.jpg") as ground:
        ground.save(server.base / "input" / "nobody.png")
    prompt = Prompt()
    nobody = prompt.add("LoadImage", image="nobody.png")
    clip = prompt.add("AnimeSampleClip", frames=4)
    empty = prompt.add("AnimeCharacterSheet", references=nobody.out(), name="Nobody")
    sheet = prompt.add("AnimeCharacterSheet", references=clip.out(), name="Somebody")
    of_nobody = prompt.add("AnimeCharacterScore", images=clip.out(), character=empty.out())
    of_ground = prompt.add("AnimeCharacterScore", images=nobody.out(), character=sheet.out())
    run = client.run(prompt)
    assert run.report(empty)["verdict"] == "NOT_MEASURED"
    for scored, code in ((of_nobody, "no_reference"), (of_ground, "seldom_visible")):
        report = run.report(scored)
        assert (report["verdict"], report["score"]) == ("NOT_MEASURED", None)
        assert report["measurements"][0]["reason_code"] == code
