import math

import numpy as np
import pytest
import torch

from anime_production.models.character.consistency import (
    begins_to_fall,
    slope,
    subject_consistency,
)


def test_consistency_is_vbenchs_formula():
    angles = (0.0, 0.3, 1.0, 2.0)
    length = torch.tensor([1.0, 5.0, 0.2, 3.0])  # CCIP's embeddings are no unit vectors
    embeddings = torch.tensor([(math.cos(a), math.sin(a)) for a in angles]) * length[:, None]
    cosine = lambda a, b: max(0.0, math.cos(a - b))  # noqa: E731
    terms = [
        (cosine(angles[0], angles[t]) + cosine(angles[t - 1], angles[t])) / 2 for t in (1, 2, 3)
    ]
    assert subject_consistency(embeddings) == pytest.approx(sum(terms) / 3)


def test_a_still_is_not_consistent_with_anything():
    assert subject_consistency(torch.ones(1, 4)) is None


def test_the_slope_counts_the_frames_that_were_not_seen():
    assert slope([0, 1, 4], [0.9, 0.8, 0.5]) == pytest.approx(-0.1)


@pytest.mark.parametrize("at", [3, 10, 25])
@pytest.mark.parametrize("seed", range(3))
def test_a_fall_is_found_where_it_begins(at, seed):
    noise = np.random.default_rng(seed).normal(0, 0.005, 30)
    frames = range(30)
    step = [0.95 if i < at else 0.6 for i in frames] + noise
    assert begins_to_fall(frames, step) == at
    ramp = [0.95 - 0.03 * max(i - at + 1, 0) for i in frames] + noise
    assert abs(begins_to_fall(frames, ramp) - at) <= 2


@pytest.mark.parametrize(
    "values",
    [
        [0.9] * 20,
        [0.9 + 0.03 * math.sin(i) for i in range(20)],
        [0.6] * 10 + [0.95] * 10,
        [0.9] * 3,
        [],
    ],
    ids=["level", "to and fro", "rising", "short", "none"],
)
def test_nothing_falls_where_nothing_falls(values):
    assert begins_to_fall(range(len(values)), values) is None


def test_the_frame_is_the_clips_own_where_some_were_not_seen():
    frames = [0, 2, 4, 6, 8, 10, 12, 14]
    assert begins_to_fall(frames, [0.9] * 4 + [0.5] * 4) == 8
