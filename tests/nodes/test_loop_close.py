import json

import pytest
import torch

from anime_production.models.frames import InputError
from anime_production.models.report import Report, Verdict
from anime_production.models.sample.sample_clip import Faults, draw_clip
from anime_production.nodes.loop_close import AnimeLoopClose


def test_a_clip_in_a_closed_clip_and_its_published_report_out(run_node):
    images = draw_clip(20, 96, 96, 16, 0, 1)
    answer = run_node(AnimeLoopClose, images=images, backend="structural")
    closed, report, _ = answer.args
    assert report.verdict is Verdict.PASS
    assert report.frames == len(closed) == 16
    published = json.loads(json.dumps(answer.ui["anime_report"][0][0], allow_nan=False))
    assert Report.from_dict(published) == report


@pytest.mark.parametrize(
    ("method", "length"),
    [("trim", 12), ("crossfade", 19), ("flow_morph", 29), ("colour", 24), ("ping_pong", 46)],
)
def test_every_method_keeps_alpha(run_node, method, length):
    images = draw_clip(24, 96, 96, 24, 0, 1, Faults(seam_jump=3.0))
    alpha = torch.zeros(24, 96, 96, 1)
    alpha[:, :, 8:88] = 1.0
    rgba = torch.cat([images * torch.linspace(1, 0.8, 24).view(-1, 1, 1, 1), alpha], dim=-1)
    answer = run_node(
        AnimeLoopClose, images=rgba, method=method, blend_frames=5, backend="structural"
    )
    closed = answer.args[0]
    assert closed.shape[1:] == (96, 96, 4)
    assert len(closed) == length
    differs = (closed[..., 3:] - alpha[:1]).abs().mean(dim=(1, 2, 3))
    made = 24 if method == "flow_morph" else len(closed)  # its own drawings follow the flow
    assert (differs[:made] == 0).all()
    assert (differs[made:] < 0.03).all()


def test_grey_and_half_precision_come_back_as_they_came(run_node):
    images = draw_clip(20, 96, 96, 24, 0, 1).mean(dim=-1, keepdim=True).half()
    for method in ("crossfade", "flow_morph", "colour", "ping_pong"):
        closed = run_node(AnimeLoopClose, images=images, method=method).args[0]
        assert closed.dtype == torch.float16
        assert closed.shape[-1] == 1


@pytest.mark.parametrize("wrong", [None, "x", [torch.rand(4, 32, 32, 3)]])
def test_what_is_no_batch_of_images_is_named(run_node, wrong):
    with pytest.raises(InputError, match=r"^images: expected a float tensor .* Connect an IMAGE"):
        run_node(AnimeLoopClose, images=wrong)
