import sys

import pytest
import torch

from anime_production.models import onnx_packages
from anime_production.models.character.embedders.ccip import DEFAULT_MODEL
from anime_production.models.frames import InputError
from anime_production.models.report import Verdict
from anime_production.models.sample.sample_clip import draw_clip
from anime_production.models.weights import RECOMMENDED
from anime_production.models.weights.weight import fetch_command
from anime_production.nodes import comfyui
from anime_production.tests.models.character.embedders.test_ccip import write_network


@pytest.fixture
def identity(run_node, node_classes):
    return lambda **inputs: run_node(node_classes["AnimeIdentityModel"], **inputs).args


def test_without_any_weights_it_takes_what_needs_none_and_says_what_is_missing(identity):
    model, explanation = identity()
    assert model.key == "palette/figure"
    assert "Backend: palette: no weights of CCIP are in models/ccip" in explanation
    assert "Detector: whole_image" in explanation
    assert "Missing: ccip-caformer_b36-24" in explanation
    *_, recommended = explanation.splitlines()
    for weight in RECOMMENDED:
        assert f"{weight.name}, {weight.size}, licence {weight.licence}" in recommended
    assert recommended.endswith(fetch_command(*(each.name for each in RECOMMENDED)))


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"backend": "ccip"}, "weights --fetch ccip-caformer-24-randaug-pruned"),
        ({"backend": "insightface"}, "weights --fetch buffalo_l --accept-licence"),
        ({"backend": "clip_vision"}, "Load CLIP Vision"),
        ({"detector": "anime_head"}, "weights --fetch head_detect"),
        ({"detector": "anime_face"}, "weights --fetch face_detect_v1.4_s"),
        ({"detector": "lbp_anime_face"}, "weights --fetch lbpcascade_animeface"),
        ({"detector": "lbp_anime_figure"}, "weights --fetch lbpcascade_animeface"),
        ({"backend": "insightface", "detector": "anime_face"}, "buffalo_l"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_asked_for_and_absent_is_refused_with_how_to_get_it(identity, wanted, said):
    with pytest.raises(InputError) as raised:
        identity(**wanted)
    assert said in str(raised.value)


def test_a_model_goes_through_sheet_and_score(run_node, node_classes, identity):
    model, _ = identity(backend="palette", detector="whole_image")
    frames = draw_clip(8, 160, 160, 8, 0, 1)
    sheet, score = node_classes["AnimeCharacterSheet"], node_classes["AnimeCharacterScore"]
    character = run_node(sheet, references=frames[::3], name="Aoi", model=model).args[0]
    clip = draw_clip(8, 160, 160, 8, 0, 2)
    report, *_ = run_node(score, images=clip, character=character, model=model).args
    assert report.verdict is Verdict.PASS


def test_a_sheet_without_a_model_and_a_score_with_the_same_one_agree(
    run_node, node_classes, identity
):
    frames = draw_clip(8, 160, 160, 8, 0, 1)
    sheet, score = node_classes["AnimeCharacterSheet"], node_classes["AnimeCharacterScore"]
    character = run_node(sheet, references=frames[::3], name="Aoi").args[0]
    with_model = run_node(score, images=frames, character=character, model=identity()[0]).args[0]
    assert with_model == run_node(score, images=frames, character=character).args[0]


def test_several_characters_are_told_apart(run_node, node_classes):
    sheet, score = node_classes["AnimeCharacterSheet"], node_classes["AnimeCharacterScore"]
    aoi, rin = (draw_clip(8, 160, 160, 8, character, 1) for character in (0, 1))
    first = run_node(sheet, references=aoi[::3], name="Aoi").args[0]
    second = run_node(sheet, references=rin[::3], name="Rin").args[0]
    more = {"character0": second, "character1": None}
    report, *_ = run_node(score, images=aoi, character=first, more_characters=more).args
    values = {each.name: each for each in report.measurements}
    assert values["similarity: Aoi"].verdict is Verdict.PASS
    assert values["similarity: Rin"].verdict is not Verdict.PASS


@pytest.fixture
def of_faces(identity, monkeypatch, shared_assets):
    """An identity model that finds faces by the cascade, and its explanation."""
    file = shared_assets / "weights" / "lbpcascade_animeface.xml"
    installed = {"anime_detection": {file.name: file}}
    monkeypatch.setattr(comfyui, "weights", lambda folder: installed.get(folder, {}))
    return identity(backend="palette", detector="lbp_anime_face")


def test_the_cascade_is_used_beside_the_whole_image(of_faces, identity, run_node, node_classes):
    model, explanation = identity(backend="palette", detector="auto")
    assert "lbp_anime_figure" in explanation
    # A sheet that was made without the cascade stays comparable.
    sheet, score = node_classes["AnimeCharacterSheet"], node_classes["AnimeCharacterScore"]
    character = run_node(sheet, references=draw_clip(3, 384, 384, 24, 0, 1)).args[0]
    report = run_node(
        score, images=draw_clip(4, 384, 384, 24, 0, 2), character=character, model=model
    ).args[0]
    assert report.verdict is Verdict.PASS


def test_faces_are_found_by_the_cascade_and_characters_told_apart(run_node, node_classes, of_faces):
    model, explanation = of_faces
    assert "lbp_anime_face" in explanation
    sheet, score = node_classes["AnimeCharacterSheet"], node_classes["AnimeCharacterScore"]
    first, second = (
        run_node(
            sheet, references=draw_clip(3, 384, 384, 24, number, 1), name=f"C{number}", model=model
        ).args[0]
        for number in (0, 1)
    )
    clip, more = draw_clip(6, 384, 384, 24, 0, 2), {"character0": second}
    inputs = {"images": clip, "character": first, "more_characters": more, "model": model}
    measured = {each.name: each for each in run_node(score, **inputs).args[0].measurements}
    assert measured["similarity: C0"].verdict is Verdict.PASS
    assert measured["similarity: C1"].verdict is Verdict.NOT_MEASURED
    assert measured["similarity: C1"].reason_code.startswith("seldom")


def test_a_sheet_of_another_model_is_refused_in_words(run_node, node_classes, of_faces):
    frames = draw_clip(4, 160, 160, 24, 0, 1)
    character = run_node(node_classes["AnimeCharacterSheet"], references=frames).args[0]
    inputs = {"images": frames, "character": character, "model": of_faces[0]}
    with pytest.raises(
        InputError, match=r"made with palette/bust, got .* made with palette/figure"
    ):
        run_node(node_classes["AnimeCharacterScore"], **inputs)


def test_a_threshold_of_ones_own_takes_the_place_of_the_sheets(run_node, node_classes):
    sheet, score = node_classes["AnimeCharacterSheet"], node_classes["AnimeCharacterScore"]
    frames = draw_clip(8, 160, 160, 8, 0, 1)
    character = run_node(sheet, references=frames[:1], name="Aoi").args[0]
    report, *_ = run_node(score, images=frames, character=character, min_similarity=1.0).args
    assert report.measurements[0].threshold == 1.0
    assert report.verdict is Verdict.FAIL


@pytest.fixture
def clip_vision():
    """ComfyUI's own vision model, small and with random values."""
    from comfy.clip_vision import ClipVisionModel

    torch.manual_seed(0)
    sizes = {"hidden_size": 32, "intermediate_size": 64, "projection_dim": 24, "image_size": 56}
    model = ClipVisionModel(
        {
            **sizes,
            "model_type": "clip_vision_model",
            "hidden_act": "quick_gelu",
            "layer_norm_eps": 1e-5,
            "num_attention_heads": 2,
            "num_channels": 3,
            "num_hidden_layers": 2,
            "patch_size": 14,
        }
    )
    values = {key: torch.randn_like(value) * 0.2 for key, value in model.get_sd().items()}
    model.load_sd({key: values[key].to(value) for key, value in model.get_sd().items()})
    return model


def test_comfyuis_vision_model_describes_characters(run_node, node_classes, identity, clip_vision):
    model, explanation = identity(clip_vision=clip_vision)
    assert "Backend: clip_vision:" in explanation
    assert "a CLIP vision model is connected" in explanation
    frames = draw_clip(6, 160, 160, 6, 0, 1)
    sheet, score = node_classes["AnimeCharacterSheet"], node_classes["AnimeCharacterScore"]
    character = run_node(sheet, references=frames, name="Aoi", model=model).args[0]
    assert tuple(character.embeddings.shape) == (6, 24)
    report, *_ = run_node(score, images=frames, character=character, model=model).args
    assert min(report.measurements[0].per_frame) == pytest.approx(1.0, abs=1e-4)
    assert report.measurements[0].backend == model.embedder.name


def test_other_weights_of_a_vision_model_have_another_name(identity, clip_vision):
    first = identity(clip_vision=clip_vision)[0].key
    assert identity(clip_vision=clip_vision)[0].key == first
    values = clip_vision.get_sd()
    clip_vision.load_sd({key: value * 1.1 for key, value in values.items()})
    assert identity(clip_vision=clip_vision)[0].key != first


@pytest.mark.parametrize("card", [True, False])
def test_the_package_for_the_cpu_beside_a_card_is_named_with_the_commands(
    identity, tmp_path, monkeypatch, card
):
    network = write_network(tmp_path / DEFAULT_MODEL / "model_feat.onnx")
    files = {"ccip": {f"{DEFAULT_MODEL}/model_feat.onnx": network}}
    monkeypatch.setattr(comfyui, "weights", lambda folder: files.get(folder, {}))
    monkeypatch.setattr(onnx_packages, "onnx_runtimes", lambda: {"onnxruntime": "1.22"})
    monkeypatch.setattr(torch.cuda, "is_available", lambda: card)
    _, explanation = identity(backend="ccip")
    assert "It runs on CPUExecutionProvider." in explanation
    command = f'"{sys.executable}" -m pip install onnxruntime-gpu'
    assert (command in explanation) is card


def test_a_backend_without_networks_needs_no_other_package(identity, monkeypatch):
    monkeypatch.setattr(onnx_packages, "onnx_runtimes", lambda: {"onnxruntime": "1.22"})
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert "pip install onnxruntime-gpu" not in identity(backend="palette")[1]
