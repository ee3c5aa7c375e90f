import tracemalloc

import pytest
import torch

from anime_production.models.character.detections import (
    LEAST_CROP,
    MOST_FRAMES,
    chunks,
    detect_people,
)

from .staged import AOI, RIN, WIDE, stage_model, staged


def test_everybody_in_every_frame_is_found_and_described_once():
    model = stage_model()
    detections = detect_people(staged([(RIN, 10)], [], [(RIN, 20), (AOI, 120)]), model)
    assert [len(row) for row in detections.rows] == [1, 0, 2]
    assert detections.rows[2] == range(1, 3)
    assert len(detections.people) == len(detections.embeddings) == model.embedder.embedded == 3
    assert detections.most_people == 2


def test_somebody_too_small_to_describe_is_not_visible():
    small = (LEAST_CROP - 2) / WIDE
    detections = detect_people(
        staged([(RIN, 10, small), (AOI, 120)], [(RIN, 10, small)]), stage_model()
    )
    assert [len(row) for row in detections.rows] == [1, 0]
    assert detections.too_small == (1, 1)


@pytest.mark.parametrize("count", [0, 3])
def test_where_nobody_is_there_is_nothing_to_describe(count):
    detections = detect_people(torch.full((count, 64, 64, 3), 0.5), stage_model())
    assert detections.people == ()
    assert len(detections.rows) == count
    assert len(detections.embeddings) == 0
    assert detections.most_people == 0


def test_one_frame_gives_what_it_gives_among_many(sample, palette_model):
    frames = sample(0, 1, frames=MOST_FRAMES + 2)
    together = detect_people(frames, palette_model).embeddings
    alone = torch.cat([detect_people(frame[None], palette_model).embeddings for frame in frames])
    torch.testing.assert_close(together, alone, atol=1e-6, rtol=0)


def test_a_batch_is_a_few_frames_and_a_huge_frame_goes_alone():
    assert [len(each) for each in chunks(torch.zeros(20, 64, 64, 3))] == [8, 8, 4]
    huge = torch.zeros(1).expand(3, 4000, 4000, 3)
    assert [len(each) for each in chunks(huge)] == [1, 1, 1]


def test_what_is_kept_of_a_frame_is_small(palette_model, sample):
    few = detect_people(sample(0, 1)[:3], palette_model)
    assert all(each.figure is None for each in few.people)
    assert few.embeddings.untyped_storage().nbytes() <= 4 * few.embeddings.numel()


def test_memory_does_not_grow_with_the_number_of_frames():
    """Python's own memory and that of the tensors, whose sizes the detector is asked to keep."""
    kept = []
    for times in (2, 8):
        model = stage_model()
        frames = staged([(RIN, 10), (AOI, 120)]).expand(times * MOST_FRAMES, -1, -1, -1)
        tracemalloc.start()
        detect_people(frames, model)
        kept.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert max(model.detector.batches) == MOST_FRAMES
    assert kept[1] - kept[0] < 6 * MOST_FRAMES * 4096


def test_progress_is_told_in_frames():
    seen = []
    detect_people(staged(*[[(RIN, 10)]] * 10), stage_model(), lambda *step: seen.append(step))
    assert seen == [(8, 10), (10, 10)]
