"""Alpha goes through the nodes that pass frames on."""

import torch

from anime_production.models.sample.sample_clip import draw_clip
from anime_production.nodes.best_of import AnimeBestOf
from anime_production.nodes.gate import AnimeGate
from anime_production.nodes.loop_close import AnimeLoopClose
from anime_production.nodes.loop_find import AnimeLoopFind
from anime_production.nodes.quality import AnimeStillQuality


def test_alpha_goes_through_find_close_gate_and_best_of(run_node):
    alpha = torch.linspace(0.5, 1, 96).expand(24, 96, 96)[..., None]
    images = torch.cat((draw_clip(24, 96, 96, 12, 0, 1), alpha), dim=-1)
    found = run_node(AnimeLoopFind, images=images, fps=12.0).args[0]
    closed = run_node(AnimeLoopClose, images=images[:20], fps=12.0, method="trim").args[0]
    report = run_node(AnimeStillQuality, images=images).args[0]
    accepted, rejected = run_node(AnimeGate, images=images, report=report).args[:2]
    gated = accepted if isinstance(accepted, torch.Tensor) else rejected
    best = run_node(AnimeBestOf, images=images, report=report, k=2).args[0]
    for frames in (found, closed, gated, best):
        assert frames.shape[1:] == (96, 96, 4)
        assert torch.equal(frames[0, ..., 3:], alpha[0])
