import json
import os

import pytest
import torch
from comfy_execution.graph_utils import ExecutionBlocker

from anime_production.models.profile import ProfileError
from anime_production.models.quality.still.learned import CLASSIFIERS
from anime_production.models.report import Report, Verdict
from anime_production.models.sample.sample_clip import draw_clip
from anime_production.nodes import comfyui
from anime_production.nodes.quality import AnimeStillQuality


@pytest.fixture(scope="module")
def drawings():
    return draw_clip(2, 200, 180, 2, 0, 1)


@pytest.fixture
def own_profiles(monkeypatch, tmp_path):
    monkeypatch.setattr(comfyui, "profiles_directory", lambda: tmp_path)
    return tmp_path


def write_profile(folder, threshold):
    text = json.dumps({"schema": 1, "still_quality": {"edge_width": {"threshold": threshold}}})
    (folder / "mine.json").write_text(text, encoding="utf-8")


def test_it_answers_report_plot_score_and_pass(run_node, drawings):
    answer = run_node(AnimeStillQuality, images=drawings)
    report, score, passed = answer.args
    assert report.subject == "still_quality"
    assert report.verdict is Verdict.PASS
    assert (score, passed) == (report.score, True)
    published = json.loads(json.dumps(answer.ui["anime_report"][0][0], allow_nan=False))
    assert Report.from_dict(published) == report


def test_the_profile_decides(run_node, drawings, own_profiles):
    assert run_node(AnimeStillQuality, images=drawings, profile="hero").args[2] is True
    write_profile(own_profiles, 1.0)
    assert run_node(AnimeStillQuality, images=drawings, profile="mine").args[2] is False
    with pytest.raises(ProfileError, match="no profile 'other'"):
        run_node(AnimeStillQuality, images=drawings, profile="other")


def test_an_edited_profile_is_read_again(own_profiles):
    write_profile(own_profiles, 1.0)
    before = AnimeStillQuality.fingerprint_inputs(images=None, profile="mine")
    assert AnimeStillQuality.fingerprint_inputs(images=None, profile="mine") == before
    write_profile(own_profiles, 2.0)
    assert AnimeStillQuality.fingerprint_inputs(images=None, profile="mine") != before
    assert AnimeStillQuality.fingerprint_inputs(images=None, profile=None) is not None


def test_weights_that_were_installed_make_it_run_again(monkeypatch, tmp_path):
    before = AnimeStillQuality.fingerprint_inputs(profile="hero")
    file = tmp_path / "model.onnx"
    file.write_bytes(b"1")
    monkeypatch.setattr(comfyui, "weights", lambda folder: {"other/model.onnx": file})
    installed = AnimeStillQuality.fingerprint_inputs(profile="hero")
    os.utime(file, ns=(1, 1))
    assert len({before, installed, AnimeStillQuality.fingerprint_inputs(profile="hero")}) == 3


def test_broken_weights_leave_the_pass_and_the_score_as_they_are(
    run_node, drawings, monkeypatch, tmp_path
):
    plain = run_node(AnimeStillQuality, images=drawings)
    for name in ("model.onnx", "meta.json"):
        (tmp_path / name).write_bytes(b"\x08\x09 half of a file")

    def weights(folder):
        model = next(each.model for each in CLASSIFIERS if each.name == folder)
        return {f"{model}/{path.name}": path for path in tmp_path.iterdir()}

    monkeypatch.setattr(comfyui, "weights", weights)
    broken = run_node(AnimeStillQuality, images=drawings)
    assert broken.args[1:] == plain.args[1:]
    codes = {each.name: each.reason_code for each in broken.args[0].measurements}
    assert {codes[each.name] for each in CLASSIFIERS} == {"weights_unusable"}


@pytest.mark.parametrize("spoil", ["nan", "empty", "tiny"])
def test_what_cannot_be_measured_blocks_the_score_silently(run_node, drawings, spoil):
    images = drawings.clone()
    if spoil == "nan":
        images[1, 2, 3] = float("nan")
    elif spoil == "empty":
        images = images[:0]
    else:
        images = images[:, :8, :8]
    answer = run_node(AnimeStillQuality, images=images)
    assert isinstance(answer.args[1], ExecutionBlocker)
    assert answer.args[1].message is None
    assert answer.args[2] is False


def test_alpha_and_grey_are_taken(run_node, drawings):
    alpha = torch.cat([drawings, torch.ones_like(drawings[..., :1])], dim=-1)
    assert run_node(AnimeStillQuality, images=alpha).args[2] is True
    assert run_node(AnimeStillQuality, images=drawings[..., :1]).args[2] is True
