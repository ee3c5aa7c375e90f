import math

import pytest
import torch

from anime_production.models.character.consistency import subject_consistency


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
