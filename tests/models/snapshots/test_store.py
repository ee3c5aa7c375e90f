import subprocess
import sys
from io import BytesIO
from uuid import uuid4

import numpy
import pytest
import torch
from PIL import Image

from anime_production.models.loop.seam import score_loop
from anime_production.models.quality.still.still_quality import score_still_quality
from anime_production.models.report import Report, merge
from anime_production.models.sample.sample_clip import Faults, draw_clip
from anime_production.models.snapshots import store as store_module
from anime_production.models.snapshots.store import FAILED, GONE, SnapshotStore

from ...pretend_device import pretend_device

MOST_BYTES_OF_A_REPORT = 200_000
REPORT = Report("loop", (), 12, 12.0)


@pytest.fixture
def store():
    return SnapshotStore()


def snapshots(store, report):
    """The snapshots of a report's set, and the reason why there are none."""
    answers = []
    store.use(report.snapshots[0].id, lambda *answer: answers.append(answer))
    assert store.settle(30)
    return answers[0]


def picture(webp):
    return Image.open(BytesIO(webp))


def test_each_picture_is_the_frame_that_was_judged(store):
    frames = draw_clip(24, 256, 160, 24, 0, 2, Faults(seam_jump=6.0))
    made, absent = snapshots(store, store.take(score_loop(frames, fps=12.0), frames))
    assert absent is None
    assert [each.frame for each in made] == [23, 21, 22, 0, 1, 2]
    for each in made:
        shown = picture(each.webp)
        assert shown.size == (each.width, each.height)
        distances = [
            numpy.abs(levels_of(frames[at], shown.size) - numpy.asarray(shown)).mean()
            for at in range(24)
        ]
        assert int(numpy.argmin(distances)) == each.frame
    assert [each.thumbnail is not None for each in made] == [True, *[False] * 5]
    assert max(picture(made[0].thumbnail).size) == 192


def levels_of(frame, size):
    whole = Image.fromarray((frame.numpy() * 255).round().astype(numpy.uint8))
    return numpy.asarray(whole.resize(size), dtype=int)


@pytest.mark.parametrize("size", [(1080, 1920), (1200, 300), (16, 16)])
def test_a_report_has_at_most_200_kb_of_pictures_also_of_noise(store, size):
    made, _ = snapshots(store, store.take(REPORT, torch.rand(12, *size, 3)))
    assert sum(len(each.webp) + len(each.thumbnail or b"") for each in made) <= (
        MOST_BYTES_OF_A_REPORT
    )
    assert all(max(each.width, each.height) <= 640 for each in made)


def test_alpha_is_kept_and_one_channel_becomes_three(store):
    frames = torch.zeros(12, 64, 64, 4)
    frames[:, :32, :, 3] = 1.0
    made, _ = snapshots(store, store.take(REPORT, frames))
    shown = picture(made[0].webp)
    assert shown.mode == "RGBA"
    alpha = numpy.asarray(shown)[..., 3]
    assert (alpha[:30] == 255).all()
    assert (alpha[34:] == 0).all()
    grey, _ = snapshots(store, store.take(REPORT, torch.full((12, 64, 64, 1), 0.5)))
    assert picture(grey[0].webp).mode == "RGB"


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_every_precision_and_every_value_has_a_picture(store, dtype):
    frames = torch.full((12, 64, 64, 3), 0.5).to(dtype)
    frames[:, 0, 0] = float("nan")
    frames[:, 0, 1:20] = float("inf")
    frames[:, 63] = -4.0
    made, absent = snapshots(store, store.take(REPORT, frames))
    assert absent is None
    assert abs(int(numpy.asarray(picture(made[0].webp))[32, 32, 0]) - 128) < 4


def test_without_images_of_a_report_nothing_is_taken(store):
    for images in (None, "images", torch.zeros(0, 8, 8, 3), torch.zeros(12, 8, 8)):
        assert store.take(REPORT, images) is REPORT
    assert store.take(REPORT, torch.zeros(11, 8, 8, 3)) is REPORT  # of another clip


def test_a_fault_costs_no_report(store, monkeypatch):
    def fail(*_):
        raise MemoryError("no room")

    frames = torch.rand(12, 32, 32, 3)
    taken = store.take(REPORT, frames)
    monkeypatch.setattr(store_module, "encoded", fail)
    broken = store.take(REPORT, frames)
    assert snapshots(store, broken) == ((), FAILED)
    assert snapshots(store, taken)[1] is None
    monkeypatch.setattr(store_module, "fingerprint", fail)
    assert store.take(REPORT, frames) is REPORT


def test_the_latest_sets_stay_in_memory():
    frames = torch.rand(12, 64, 64, 3)
    small = SnapshotStore(most_bytes=0)
    first, second = small.take(REPORT, frames), small.take(REPORT, frames)
    small.settle(30)
    assert snapshots(small, first) == ((), GONE)
    assert snapshots(small, second)[1] is None
    answers = []
    small.use(uuid4(), lambda *answer: answers.append(answer))
    assert small.settle(30)
    assert answers == [((), GONE)]


def test_merged_reports_share_pictures_only_of_one_clip(store):
    frames = draw_clip(12, 64, 64, 12, 0, 0)
    loop = store.take(score_loop(frames, fps=12.0), frames)
    still = store.take(score_still_quality(frames), frames)
    other_frames = draw_clip(12, 64, 64, 12, 0, 1)
    other = store.take(score_still_quality(other_frames), other_frames)
    assert merge([loop, still]).snapshots == (*loop.snapshots, *still.snapshots)
    assert merge([loop, other]).snapshots == ()
    without = score_still_quality(frames)
    assert merge([loop, without]).snapshots == loop.snapshots


def test_pictures_are_no_part_of_the_json_and_of_equality(store):
    report = score_still_quality(torch.rand(2, 32, 32, 3))
    taken = store.take(report, torch.rand(2, 32, 32, 3))
    assert taken.snapshots
    assert taken == report
    assert taken.to_dict() == report.to_dict()


@pytest.mark.parametrize("kind", ["cuda", "mps"])
def test_of_a_clip_on_a_card_only_the_chosen_frames_are_copied_small(store, kind):
    frames = draw_clip(12, 960, 540, 12, 0, 2)
    report = REPORT
    expected, _ = snapshots(store, store.take(report, frames))
    with pretend_device(kind) as pretended:
        there = frames.to(pretended.device)
        pretended.reset()
        taken = store.take(report, there)
        counts = pretended.counts
        assert counts.waits <= 2, counts
        # 12 whole frames have 75 MB; 7 of 640 x 360 and 12 of 480 x 270 have 9.5 MB
        assert counts.read < 9_600_000, counts
    made, absent = snapshots(store, taken)
    assert absent is None
    assert [each.frame for each in made] == [each.frame for each in expected]
    for one, other in zip(made, expected, strict=True):
        assert (one.width, one.height) == (other.width, other.height)
        pixels = [numpy.asarray(picture(each.webp), dtype=int) for each in (one, other)]
        assert numpy.abs(pixels[0] - pixels[1]).mean() < 3


AT_THE_END = """
import atexit
from anime_production.models.loop.seam import score_loop
from anime_production.models.sample.sample_clip import draw_clip
from anime_production.models.snapshots.store import SNAPSHOTS

used = []
frames = draw_clip(12, 64, 64, 12, 0, 1)
report = SNAPSHOTS.take(score_loop(frames, 12.0), frames)
SNAPSHOTS.use(report.snapshots[0].id, lambda *answer: used.append(answer))
atexit.register(lambda: print(SNAPSHOTS.settle(30), len(used)))
"""


def test_snapshots_are_settled_when_python_has_ended_its_threads():
    """The end of the pack is such a function, and goes on to close the recorder."""
    run = subprocess.run([sys.executable, "-c", AT_THE_END], capture_output=True, text=True)
    assert (run.stdout, run.stderr) == ("True 1\n", "")
