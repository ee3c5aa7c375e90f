"""What Close Loop computes, holds and reports while it tries many ways to close a clip."""

import gc
import weakref

import pytest
import torch

from anime_production.models.image_ops import grey_clip
from anime_production.models.loop import structural_pass
from anime_production.models.loop.close import METHODS, close_loop
from anime_production.models.loop.closing import (
    drift,
    flow_morph,
    measured_clip,
    recipe,
    scored_clip,
)
from anime_production.models.sample.sample_clip import Faults, draw_clip

FPS = 12.0


def half_of_a_swing(frames=40, width=256, height=256):
    """A clip that hardly any attempt of `auto` closes."""
    return draw_clip(frames, width, height, int(2.1 * frames), 2, 3)


def darker(images):
    return images * torch.linspace(1.0, 0.8, len(images)).view(-1, 1, 1, 1)


def counted(monkeypatch, owner, name, count):
    """Count something at each call of a function."""
    original, counts = getattr(owner, name), []

    def counting(*args, **kwargs):
        counts.append(count(*args))
        return original(*args, **kwargs)

    monkeypatch.setattr(owner, name, counting)
    return counts


def test_auto_describes_each_frame_of_the_input_once_and_renders_one_clip(monkeypatch):
    described = counted(
        monkeypatch, structural_pass, "features_of", lambda rows, *_further: len(rows)
    )
    grey = counted(monkeypatch, grey_clip, "grey_picture", lambda *_arguments: 1)
    scored = counted(monkeypatch, scored_clip, "score_loop", lambda *_arguments: 1)
    rendered = counted(monkeypatch, recipe.RecipePictures, "render", lambda *_arguments: 1)
    images = half_of_a_swing()
    closed = close_loop(images, FPS)
    assert len(scored) == 7
    assert sum(described) == len(images) + 4 + 4  # and the new drawings of two attempts
    assert len(grey) == len(images) + 4 + 4
    assert len(rendered) == 1
    assert len(closed.images) == 36


def test_a_correction_describes_each_corrected_frame_once(monkeypatch):
    described = counted(
        monkeypatch, structural_pass, "features_of", lambda rows, *_further: len(rows)
    )
    scored = counted(monkeypatch, scored_clip, "score_loop", lambda *_arguments: 1)
    images = darker(draw_clip(40, 256, 256, 24, 0, 1))  # passes by a cut of the corrected clip
    close_loop(images, FPS)
    assert len(scored) > 2
    assert sum(described) == 2 * len(images)


@pytest.mark.parametrize("method", METHODS)
def test_nothing_that_was_measured_is_held_afterwards(method, monkeypatch):
    measured = []
    for owner in (measured_clip.MeasuredClip, recipe.RecipePictures):
        original = owner.__init__

        def recording(self, *args, original=original, **kwargs):
            measured.append(weakref.ref(self))
            original(self, *args, **kwargs)

        monkeypatch.setattr(owner, "__init__", recording)
    images = darker(half_of_a_swing(16, 96, 96))
    input_reference = weakref.ref(images)
    gc.collect()
    gc.disable()
    try:
        closed = close_loop(images, FPS, method)
        assert len(measured) >= 2
        assert not [each for each in measured if each() is not None]
        if closed.images is not images:
            del images
            assert input_reference() is None
    finally:
        gc.enable()


def test_what_is_cut_out_does_not_hold_the_input():
    images = draw_clip(30, 96, 96, 24, 0, 1)
    closed = close_loop(images, FPS)
    assert len(closed.images) == 24
    storage = closed.images.untyped_storage()
    assert storage.nbytes() == closed.images.numel() * 4
    assert storage.data_ptr() != images.untyped_storage().data_ptr()


# Functions, and about the milliseconds that one frame takes them at 832×480, on a slow core.
WORK = (
    (drift.Drift, "remove", 15.0, lambda self, image, *_further: image.shape[0] / 480),
    (flow_morph, "warp", 10.0, lambda *_arguments: 1),
    (flow_morph, "flow_between", 30.0, lambda *_arguments: 1),
    (structural_pass, "features_of", 8.0, lambda rows, *_further: len(rows)),
    (grey_clip, "grey_picture", 2.0, lambda *_arguments: 1),
    (grey_clip, "optical_flow", 3.0, lambda *_arguments: 1),
)


@pytest.mark.parametrize("method", METHODS)
def test_progress_grows_to_its_end_and_is_reported_every_quarter_of_a_second(method, monkeypatch):
    reports, work, longest = [], [], []
    for owner, name, milliseconds, frames in WORK:
        original = getattr(owner, name)

        def working(*args, original=original, milliseconds=milliseconds, frames=frames, **kwargs):
            work.append(milliseconds * frames(*args))
            return original(*args, **kwargs)

        monkeypatch.setattr(owner, name, working)

    def report(done, total):
        reports.append(done / total)
        longest.append(sum(work))
        work.clear()

    images = darker(draw_clip(24, 832, 480, 24, 0, 1, Faults(seam_jump=2.0)))
    close_loop(images, FPS, method, report_progress=report)
    assert reports == sorted(reports)
    assert reports[-1] == 1.0
    assert max(longest) < 250
    assert len(reports) > 10


@pytest.mark.parametrize("method", ["auto", "flow_morph", "colour"])
def test_any_report_may_stop_the_work(method):
    class Stop(BaseException):
        pass

    images = darker(draw_clip(12, 96, 96, 24, 0, 1))
    calls = []
    close_loop(images, FPS, method, report_progress=lambda *each: calls.append(each))
    for stopped_at in range(0, len(calls), max(1, len(calls) // 12)):
        reported = []

        def report(done, total, reported=reported, stopped_at=stopped_at):
            reported.append(done)
            if len(reported) > stopped_at:
                raise Stop

        with pytest.raises(Stop):
            close_loop(images, FPS, method, report_progress=report)
        assert len(reported) == stopped_at + 1
