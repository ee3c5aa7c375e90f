"""Measurements that a changed clip shares with the input are those that it has by itself."""

from dataclasses import fields

import pytest
import torch

from anime_production.models.frames import as_frames
from anime_production.models.loop.clip_measurements import measure_clip
from anime_production.models.loop.closing import shared_measurements
from anime_production.models.loop.closing.colour import without_drift
from anime_production.models.loop.closing.crossfade import crossfaded
from anime_production.models.loop.closing.drawn_clip import DrawnClip
from anime_production.models.loop.closing.flow_morph import flow_morphed
from anime_production.models.loop.closing.measured_clip import ClipDistances, MeasuredClip
from anime_production.models.loop.closing.ping_pong import ping_pong
from anime_production.models.loop.closing.recipe import Recipe, RecipeFrames, RecipePictures
from anime_production.models.loop.closing.shared_measurements import SharedMeasurements
from anime_production.models.loop.closing.trim import trimmed
from anime_production.models.loop.seam import score_loop
from anime_production.models.perceptual.structural import STRUCTURAL_BACKEND
from anime_production.models.sample.sample_clip import Faults, draw_clip

METHODS = {
    "trim": lambda clip: next(trimmed(clip)),
    "crossfade": lambda clip: next(crossfaded(clip, 4)),
    "flow_morph": lambda clip: next(flow_morphed(clip, 4)),
    "ping_pong": lambda clip: next(ping_pong(clip)),
}


def darker(images):
    return images * torch.linspace(1.0, 0.8, len(images)).view(-1, 1, 1, 1)


def measured(recipe, backend, shared=None):
    frames = RecipeFrames(RecipePictures(recipe), as_frames(recipe.images))
    return MeasuredClip(frames, shared or SharedMeasurements(frames, backend))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("hold", [1, 2])
@pytest.mark.parametrize(
    ("is_corrected", "kept_share"),
    [(False, 0.0), (True, 2.0)],
    ids=["features again", "corrected, features kept"],
)
@pytest.mark.parametrize("backend", ["structural", "squeeze"], indirect=True)
def test_a_changed_clip_measures_what_it_measures_by_itself(
    method, hold, is_corrected, kept_share, backend, monkeypatch
):
    if backend.unit == "LPIPS" and hold > 1:
        pytest.skip("only the steps differ with the backend")
    monkeypatch.setattr(shared_measurements, "SMALL_CLIP", 0)
    monkeypatch.setattr(shared_measurements, "KEPT_SHARE", kept_share)
    images = darker(draw_clip(26, 96, 64, 24, 0, 1, Faults(hold=hold)))
    before = measured(Recipe.of_input(images), backend)
    if is_corrected:
        (change,) = without_drift(DrawnClip.from_measured(before))
        before = measured(change.recipe, backend)
    change = METHODS[method](DrawnClip.from_measured(before))
    clip = measured(change.recipe, backend, before.shared)
    rendered = as_frames(change.recipe.render())
    alone = measure_clip(rendered, backend)
    for each in fields(alone)[:6]:
        shared_values = getattr(clip.measurements, each.name)
        expected = getattr(alone, each.name)
        torch.testing.assert_close(shared_values, expected, rtol=1e-4, atol=1e-4, msg=each.name)
    report = score_loop(clip.frames, 12.0, backend, measurements=clip.measurements)
    other = score_loop(rendered, 12.0, backend)
    assert report.verdict is other.verdict
    for one, two in zip(report.measurements, other.measurements, strict=True):
        assert (one.name, one.reason_code, one.verdict) == (two.name, two.reason_code, two.verdict)
        assert one.value == pytest.approx(two.value, rel=1e-4, abs=1e-4), one.name
        curves = ([value or 0.0 for value in each.per_frame] for each in (one, two))
        assert next(curves) == pytest.approx(next(curves), rel=1e-3, abs=1e-3), one.name


@pytest.mark.parametrize("keeps", [0.0, 2.0], ids=["features again", "features kept"])
def test_all_pairs_of_a_cut_are_those_of_the_whole_clip(keeps, monkeypatch):
    monkeypatch.setattr(shared_measurements, "SMALL_CLIP", 0)
    monkeypatch.setattr(shared_measurements, "KEPT_SHARE", keeps)
    images = draw_clip(20, 96, 64, 24, 0, 1)
    whole = measured(Recipe.of_input(images), STRUCTURAL_BACKEND)
    pairs = whole.distances.all_pairs(range(20))
    assert pairs[3, 11] == pytest.approx(
        STRUCTURAL_BACKEND.between(images[[3]], images[[11]]).item(), rel=1e-4
    )
    assert pairs[11, 3].isinf()
    monkeypatch.setattr(ClipDistances, "_measured_pairs", None)  # nothing is compared again
    cut = measured(whole.recipe.of_frames(range(2, 17)), STRUCTURAL_BACKEND, whole.shared)
    assert torch.equal(cut.distances.all_pairs([0, 4, 9]), pairs[[2, 6, 11]][:, [2, 6, 11]])
