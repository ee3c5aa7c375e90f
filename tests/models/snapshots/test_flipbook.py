import gc
import weakref
from io import BytesIO
from uuid import uuid4

import numpy
import pytest
import torch
from PIL import Image

from anime_production.models.report import Report
from anime_production.models.report_ui import flipbooks
from anime_production.models.sample.sample_clip import draw_clip
from anime_production.models.snapshots import flipbook as flipbook_module
from anime_production.models.snapshots.flipbook import MOST_BYTES, flipbook_layout
from anime_production.models.snapshots.store import FAILED, GONE, SnapshotStore


@pytest.fixture
def store():
    return SnapshotStore()


def loop(frames, subject="loop"):
    return Report(subject, (), frames, 12.0)


def flipbook(store, images):
    """The flipbook of a loop, which must exist."""
    report = store.take(loop(len(images)), images)
    made, absent = store.flipbook(report.snapshots[0].id, 240)
    assert absent is None
    return made


def cells(made):
    """The frames of a flipbook as arrays, in their order."""
    sheet = Image.open(BytesIO(made.webp))
    rows = -(-len(made.numbers) // made.columns)
    width, height = sheet.width // made.columns, sheet.height // rows
    places = [divmod(at, made.columns) for at in range(len(made.numbers))]
    boxes = [(c * width, r * height, (c + 1) * width, (r + 1) * height) for r, c in places]
    return [numpy.asarray(sheet.crop(box), dtype=int) for box in boxes]


def test_each_frame_is_in_its_place(store):
    frames = draw_clip(24, 128, 96, 24, 0, 1)
    made = flipbook(store, frames)
    assert (made.frames, made.numbers, made.columns) == (24, tuple(range(24)), 5)
    levels = (frames.numpy() * 255).round().astype(int)
    for number, cell in enumerate(cells(made)):
        assert cell.shape == (96, 128, 3)
        distances = numpy.abs(levels - cell).mean(axis=(1, 2, 3))
        assert int(distances.argmin()) == number


@pytest.mark.parametrize("count", [121, 300, 2000])
def test_of_a_long_loop_the_seam_is_complete_and_the_rest_lies_at_even_distances(count):
    numbers = flipbook_layout(count).numbers
    assert len(numbers) == 120
    assert numbers[:8] == tuple(range(8))
    assert numbers[-8:] == tuple(range(count - 8, count))
    steps = numpy.diff(numbers[8:-8])
    assert steps.min() >= 1
    assert steps.max() - steps.min() <= 1


@pytest.mark.parametrize(("count", "size"), [(120, (270, 480)), (130, (64, 64)), (4, (700, 20))])
def test_a_flipbook_of_noise_has_at_most_a_megabyte(store, count, size):
    made = flipbook(store, torch.rand(count, *size, 3))
    assert len(made.webp) <= MOST_BYTES
    assert len(cells(made)) == min(count, 120)


def test_noise_that_no_quality_makes_small_gets_fewer_pixels(store, monkeypatch):
    monkeypatch.setattr(flipbook_module, "FRAME_BYTES", 300)
    made = flipbook(store, torch.rand(9, 200, 200, 3))
    assert len(made.webp) <= 2700
    assert cells(made)[0].shape[0] < 200


def test_alpha_is_kept(store):
    frames = torch.ones(4, 64, 64, 4)
    frames[:, :32, :, 3] = 0.0
    for cell in cells(flipbook(store, frames)):
        assert cell.shape[2] == 4
        assert (cell[:28, :, 3] < 8).all()
        assert (cell[36:, :, 3] > 247).all()


def test_only_loops_have_one(store):
    still = store.take(loop(6, "clip_quality"), torch.rand(6, 32, 32, 3))
    assert store.settle(30)
    assert store.flipbook(still.snapshots[0].id, 0) == (None, GONE)
    assert flipbooks(still) == []
    assert store.flipbook(uuid4(), 0) == (None, GONE)
    taken = store.take(loop(6), torch.rand(6, 32, 32, 3))
    set_id = str(taken.snapshots[0].id)
    places = {"frames": 6, "numbers": [0, 1, 2, 3, 4, 5], "columns": 3}
    assert flipbooks(taken) == [{"set": set_id, **places}]


def test_a_fault_is_a_reason(store, monkeypatch):
    def fail(*_):
        raise MemoryError("no room")

    monkeypatch.setattr(flipbook_module, "small_frames", fail)
    taken = store.take(loop(6), torch.rand(6, 32, 32, 3))
    assert store.flipbook(taken.snapshots[0].id, 30) == (None, FAILED)


def test_the_clip_is_let_go_before_the_encoding(store, monkeypatch):
    class Memory(numpy.ndarray):
        """Numbers of which a weak reference can be held."""

    memory = numpy.random.default_rng(1).random((6, 32, 32, 3), numpy.float32).view(Memory)
    images, reference = torch.from_numpy(memory), weakref.ref(memory)
    seen = []
    encode = flipbook_module.encoded_flipbook

    def look_and_encode(*arguments):
        gc.collect()
        seen.append(reference())
        return encode(*arguments)

    monkeypatch.setattr(flipbook_module, "encoded_flipbook", look_and_encode)
    store.settle(1)
    taken = store.take(loop(6), images)
    del images, memory
    assert store.flipbook(taken.snapshots[0].id, 30)[1] is None
    assert seen == [None]


def test_the_latest_flipbooks_stay_in_memory():
    small = SnapshotStore(most_flipbook_bytes=0)
    sets = [small.take(loop(6), torch.rand(6, 32, 32, 3)).snapshots[0].id for _ in range(2)]
    assert small.settle(30)
    assert small.flipbook(sets[0], 0) == (None, GONE)
    assert small.flipbook(sets[1], 0)[1] is None
