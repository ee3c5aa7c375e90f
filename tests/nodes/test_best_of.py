import json

import pytest
import torch
from comfy_execution.graph_utils import ExecutionBlocker

from anime_production.models.quality.still.still_quality import score_still_quality
from anime_production.models.sample.sample_clip import Faults, draw_clip
from anime_production.nodes.best_of import AnimeBestOf


@pytest.fixture(scope="module")
def frames():
    """Four pictures, the sharpest the third, the softest the first."""
    blurs = (2.5, 1.5, 0.0, 0.8)
    return torch.cat([draw_clip(1, 96, 96, 24, 0, 1, Faults(blur=blur)) for blur in blurs])


@pytest.fixture(scope="module")
def report(frames):
    return score_still_quality(frames)


@pytest.fixture
def best_of(run_node):
    def run(**inputs):
        best, latents, masks, ranking = run_node(AnimeBestOf, **inputs).args
        return best, latents, masks, json.loads(ranking)

    return run


def test_the_sharpest_is_kept_with_its_latent_and_its_mask(best_of, frames, report):
    numbers = torch.arange(4.0)
    latents = {"samples": numbers.reshape(4, 1, 1, 1).expand(4, 4, 2, 2)}
    masks = numbers.reshape(4, 1, 1).expand(4, 96, 96)
    best, kept_latents, kept_masks, ranking = best_of(
        images=frames, report=report, latents=latents, masks=masks, k=2
    )
    assert ranking["kept"] == [2, 3]
    assert torch.equal(best, frames[[2, 3]])
    assert kept_latents["samples"][:, 0, 0, 0].tolist() == [2, 3]
    assert kept_masks[:, 0, 0].tolist() == [2, 3]
    lost = [each for each in ranking["ranking"] if not each["kept"]]
    assert [each["frame"] for each in lost] == [1, 0]
    assert all(" Frame 3 has " in each["lost_because"] for each in lost)


def test_one_is_kept_where_nothing_is_said(best_of, frames, report):
    best, latents, masks, _ = best_of(images=frames, report=report)
    assert torch.equal(best, frames[2:3])
    assert isinstance(latents, ExecutionBlocker)
    assert isinstance(masks, ExecutionBlocker)
    assert latents.message is None


def test_more_than_the_batch_has_keeps_all_of_them(best_of, frames, report):
    best, _, _, ranking = best_of(images=frames, report=report, k=9)
    assert torch.equal(best, frames[ranking["kept"]])
    assert sorted(ranking["kept"]) == [0, 1, 2, 3]
    assert ranking["notes"] == ["k is 9, but the batch has 4 frames. All were kept."]


def test_equal_pictures_keep_their_order_and_are_not_copied(best_of, frames):
    equal = frames[2:3].repeat(3, 1, 1, 1)
    best, _, _, ranking = best_of(images=equal, report=score_still_quality(equal), k=3)
    assert ranking["kept"] == [0, 1, 2]
    assert best is equal


def test_of_no_picture_nothing_comes_out(best_of, frames):
    best, *_ = best_of(images=frames[:0], report=score_still_quality(frames[:0]))
    assert isinstance(best, ExecutionBlocker)
