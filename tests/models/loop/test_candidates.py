"""Which of the loops of one clip are chosen, from their costs."""

import torch

from anime_production.models.holds import hold_pattern
from anime_production.models.loop.candidates import best_places
from anime_production.models.loop.costs import loop_costs
from anime_production.models.perceptual.structural import structural_features
from anime_production.models.sample.sample_clip import Faults, draw_clip


def test_rounding_does_not_choose_among_equal_loops():
    """On twos, four periods: every drawing begins a loop of one period that costs nothing."""
    features = structural_features(draw_clip(48, 64, 64, 12, 1, 18, Faults(hold=2)))
    distances = torch.cdist(features, features, compute_mode="donot_use_mm_for_euclid_dist")
    count = len(features)
    gaps = torch.arange(count)[:, None] + torch.arange(count)
    band = distances.gather(1, gaps.clamp(max=count - 1)).where(gaps < count, torch.inf)
    holds = hold_pattern(band[:-1, 1])
    found = set()
    for seed in range(4):
        rounding = 1e-4 * torch.randn(band.shape, generator=torch.Generator().manual_seed(seed))
        judged = loop_costs((band + rounding).clamp(min=0), holds, 8, 16)
        found.add(tuple((place.start, place.length) for place in best_places(judged, 3)))
    assert found == {((0, 12), (12, 12), (24, 12))}
