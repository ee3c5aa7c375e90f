import json
from pathlib import Path

import folder_paths
import pytest
import torch
from comfy_execution.graph_utils import ExecutionBlocker
from PIL import Image

from anime_production.models.frames import InputError
from anime_production.models.quality.still.still_quality import score_still_quality
from anime_production.models.sample.sample_clip import Faults, draw_clip
from anime_production.nodes.best_of import AnimeBestOf
from anime_production.nodes.thumbnails import MOST_RANKED


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
        answer = run_node(AnimeBestOf, **inputs)
        return *answer.args[:3], answer.ui["anime_ranking"][0][0]

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
    assert [each["number"] for each in lost] == [1, 0]
    assert all("frame 3" in each["lost_because"][-1]["reason"] for each in lost)


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
    (note,) = ranking["notes"]
    assert note["reason"] == "k is 9, but the batch has 4 frames. All were kept."


def test_equal_pictures_keep_their_order_and_are_not_copied(best_of, frames):
    equal = frames[2:3].repeat(3, 1, 1, 1)
    best, _, _, ranking = best_of(images=equal, report=score_still_quality(equal), k=3)
    assert ranking["kept"] == [0, 1, 2]
    assert best is equal


def test_of_no_picture_nothing_comes_out(best_of, frames):
    best, *_ = best_of(images=frames[:0], report=score_still_quality(frames[:0]))
    assert isinstance(best, ExecutionBlocker)


def test_the_ranking_is_a_table_to_read(run_node, frames, report):
    table = run_node(AnimeBestOf, images=frames, report=report, k=2).args[3]
    head, _, titles, first, *_ = table.splitlines()
    assert head == "2 of 4 frames kept."
    assert titles.split() == [
        *("rank", "frame", "verdict", "score", "weakest", "measurement"),
        *("why", "it", "was", "not", "kept"),
    ]
    assert first.split()[:3] == ["1", "2", "PASS"]


def test_the_best_are_shown_as_small_pictures_and_no_curve_goes_along(run_node, frames):
    many = frames[2:3].repeat(14, 2, 3, 1)
    ui = run_node(AnimeBestOf, images=many, report=score_still_quality(many)).ui
    places = ui["anime_ranking"][0][0]["ranking"]
    assert len(places) == 14
    assert ["picture" in place for place in places] == [True] * MOST_RANKED + [False, False]
    path = folder_paths.get_temp_directory()
    with Image.open(Path(path, places[0]["picture"]["filename"])) as picture:
        assert picture.size == (128, 85)
    assert places[0]["picture"]["type"] == "temp"
    assert "per_frame" not in json.dumps(ui["anime_ranking"])


def test_sounds_go_with_the_kept_frames(run_node, frames, report):
    sounds = {"waveform": torch.arange(4.0).reshape(4, 1, 1), "sample_rate": 8}
    best = run_node(AnimeBestOf, images=frames, report=report, audio=sounds, k=2).args[4]
    assert best["waveform"].flatten().tolist() == [2, 3]
    one = {"waveform": torch.zeros(1, 1, 8), "sample_rate": 8}
    with pytest.raises(InputError, match="audio: expected 4 sounds"):
        run_node(AnimeBestOf, images=frames, report=report, audio=one, k=2)
