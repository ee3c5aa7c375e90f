import json
import os

import pytest
import torch
from comfy_execution.graph_utils import ExecutionBlocker

from anime_production.models.frames import InputError
from anime_production.models.report import Report, Verdict
from anime_production.models.sample.sample_clip import draw_clip
from anime_production.nodes import comfyui
from anime_production.nodes.compare import AnimeCompareImages

WITHOUT_WEIGHTS = "ssim, ms_ssim, psnr, gmsd, colour_difference, colour_difference_95"


@pytest.fixture(scope="module")
def drawings():
    return draw_clip(3, 200, 180, 3, 0, 1)


@pytest.fixture
def squeeze(monkeypatch, shared_assets):
    file = shared_assets / "weights" / "squeezenet1_1_features.pth"
    monkeypatch.setattr(comfyui, "weights", lambda folder: {file.name: file})


def names(report):
    return [measurement.name for measurement in report.measurements]


def test_it_answers_report_score_and_pass(run_node, drawings):
    answer = run_node(AnimeCompareImages, images=drawings, references=drawings[:1])
    report, score, passed = answer.args
    assert report.subject == "comparison"
    assert score == report.score
    assert passed is (report.verdict is Verdict.PASS)
    published = json.loads(json.dumps(answer.ui["anime_report"][0][0], allow_nan=False))
    assert Report.from_dict(published) == report


def test_everything_is_the_default_and_names_choose(run_node, drawings, squeeze):
    inputs = {"images": drawings, "references": drawings}
    report = run_node(AnimeCompareImages, **inputs).args[0]
    assert names(report) == [*WITHOUT_WEIGHTS.split(", "), "lpips_squeeze"]
    report = run_node(AnimeCompareImages, **inputs, metrics="lpips").args[0]
    assert names(report) == ["lpips_squeeze"]
    assert report.verdict is Verdict.PASS


def test_a_network_that_is_asked_for_and_not_there_says_what_to_fetch(run_node, drawings, squeeze):
    with pytest.raises(InputError, match="alexnet"):
        run_node(
            AnimeCompareImages, images=drawings, references=drawings, metrics="ssim, lpips_alex"
        )


@pytest.fixture
def broken_alexnet(monkeypatch, tmp_path, shared_assets):
    """SqueezeNet's file as it should be, and half of one for AlexNet, which would be preferred."""
    whole = shared_assets / "weights" / "squeezenet1_1_features.pth"
    half = tmp_path / "alexnet_features.pth"
    half.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    files = {whole.name: whole, half.name: half}
    monkeypatch.setattr(comfyui, "weights", lambda folder: files)
    return half


def test_a_broken_network_is_left_out_of_everything_with_its_file(
    run_node, drawings, broken_alexnet
):
    report = run_node(AnimeCompareImages, images=drawings, references=drawings).args[0]
    found = {each.name: each for each in report.measurements}
    assert list(found) == [*WITHOUT_WEIGHTS.split(", "), "lpips_alex", "lpips_squeeze"]
    assert found["lpips_squeeze"].value == 0
    left_out = found["lpips_alex"]
    assert (left_out.verdict, left_out.reason_code) == (Verdict.NOT_MEASURED, "weights_unusable")
    assert "models/lpips/alexnet_features.pth can't be used" in left_out.reason
    assert "--fetch lpips-alex" in left_out.reason
    assert report.verdict is Verdict.PASS
    assert report.score > 99


@pytest.mark.parametrize("metrics", ["lpips_alex", "ssim, lpips"])
def test_a_broken_network_that_is_asked_for_is_an_error(
    run_node, drawings, broken_alexnet, metrics
):
    with pytest.raises(InputError, match=r"alexnet_features\.pth"):
        run_node(AnimeCompareImages, images=drawings, references=drawings, metrics=metrics)


def test_weights_that_were_installed_anew_make_it_run_again(broken_alexnet):
    before = AnimeCompareImages.fingerprint_inputs(profile="hero")
    os.utime(broken_alexnet, ns=(1, 1))
    assert AnimeCompareImages.fingerprint_inputs(profile="hero") != before


def test_the_profile_decides(run_node, drawings):
    inputs = {"images": (drawings + 0.006).clamp(0, 1), "references": drawings, "metrics": "psnr"}
    assert run_node(AnimeCompareImages, **inputs, profile="hero").args[2] is True
    inputs["images"] = (drawings + 0.02).clamp(0, 1)
    assert run_node(AnimeCompareImages, **inputs, profile="hero").args[2] is False
    assert run_node(AnimeCompareImages, **inputs).args[2] is True


def test_other_sizes_are_refused_unless_a_resize_is_asked_for(run_node, drawings):
    inputs = {"images": drawings, "references": drawings[:, :100], "metrics": WITHOUT_WEIGHTS}
    with pytest.raises(InputError, match="resize"):
        run_node(AnimeCompareImages, **inputs)
    answer = run_node(AnimeCompareImages, **inputs, resize="images_to_references")
    assert "resized" in names(answer.args[0])


@pytest.mark.parametrize("spoil", ["nan", "empty", "no reference", "tiny"])
def test_what_cannot_be_measured_blocks_the_score_silently(run_node, drawings, spoil):
    images, references = drawings.clone(), drawings.clone()
    if spoil == "nan":
        images[1, 2, 3] = float("nan")
    elif spoil == "empty":
        images = images[:0]
    elif spoil == "no reference":
        references = references[:0]
    else:
        images, references = images[:, :1, :1], references[:, :1, :1]
    answer = run_node(AnimeCompareImages, images=images, references=references)
    assert isinstance(answer.args[1], ExecutionBlocker)
    assert answer.args[1].message is None
    assert answer.args[2] is False


def test_alpha_and_grey_are_taken(run_node, drawings):
    alpha = torch.cat([drawings, torch.ones_like(drawings[..., :1])], dim=-1)
    inputs = {"references": drawings, "metrics": WITHOUT_WEIGHTS}
    assert run_node(AnimeCompareImages, images=alpha, **inputs).args[1] > 99
    assert run_node(AnimeCompareImages, images=drawings[..., :1], **inputs).args[1] < 100
