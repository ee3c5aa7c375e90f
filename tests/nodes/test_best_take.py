import json

import pytest
import torch
from comfy_execution.graph_utils import ExecutionBlocker

from anime_production.models.frames import InputError
from anime_production.models.gating.takes import NoTakePasses
from anime_production.models.loop.seam import score_loop
from anime_production.models.node_types import BEST_TAKE
from anime_production.models.report import Report
from anime_production.models.sample.sample_clip import Faults, draw_clip
from anime_production.nodes.best_take import AnimeBestTake

OUTPUTS = [each.name for each in BEST_TAKE.outputs]
SOUND = {"waveform": torch.zeros(1, 2, 4800), "sample_rate": 48000}


@pytest.fixture(scope="module")
def takes():
    """Three clips with their reports: only the one in the middle loops."""
    clips = [draw_clip(24, 96, 96, 24, 0, 1, Faults(seam_jump=jump)) for jump in (8.0, 0.0, 4.0)]
    return [(clip, score_loop(clip, 12.0)) for clip in clips]


@pytest.fixture
def best_take(run_node):
    """Runs the node with lists, as ComfyUI hands them on to a node that takes lists."""

    def run(takes, reports, audios=None, **inputs):
        sounds = {} if audios is None else {"audios": audios}
        answer = run_node(AnimeBestTake, takes=takes, reports=reports, **sounds, **inputs)
        return dict(zip(OUTPUTS, answer.args, strict=True)), answer.ui

    return run


def inputs_of(takes, numbers):
    return (
        {f"take{number}": [clip] for number, (clip, _) in zip(numbers, takes, strict=True)},
        {f"report{number}": [report] for number, (_, report) in zip(numbers, takes, strict=True)},
    )


def test_the_best_clip_comes_out_with_its_report_and_the_number_of_its_input(best_take, takes):
    outputs, ui = best_take(*inputs_of(takes, (0, 3, 5)), {"audio3": [SOUND]})
    assert outputs["images"] is takes[1][0], "frames were copied"
    assert outputs["report"] is takes[1][1]
    assert outputs["index"] == 3
    assert outputs["audio"] is SOUND
    assert outputs["ranking"].splitlines()[0] == "1 of 3 takes kept."
    assert "anime_blocked" not in ui
    ((kept,),) = ui["anime_kept"]
    assert Report.from_dict(kept) == takes[1][1]


def test_a_take_without_sound_blocks_that_output_silently(best_take, takes):
    outputs, ui = best_take(*inputs_of(takes, (0, 1, 2)), {"audio0": [SOUND]})
    assert isinstance(outputs["audio"], ExecutionBlocker)
    assert outputs["audio"].message is None
    assert ui["anime_blocked"] == [BEST_TAKE.number("audio")]


def test_a_list_at_one_input_is_several_takes(best_take, takes):
    clips, reports = zip(*takes, strict=True)
    outputs, ui = best_take({"take0": list(clips)}, {"report0": list(reports)})
    assert outputs["images"] is clips[1]
    assert outputs["index"] == 1
    assert [each["number"] for each in ui["anime_ranking"][0][0]["ranking"]] == [1, 2, 0]
    with pytest.raises(InputError, match="report0: expected a list of 3, one for each clip"):
        best_take({"take0": list(clips)}, {"report0": list(reports[:2])})


def test_a_take_without_its_report_is_an_error_that_names_both(best_take, takes):
    clips, reports = inputs_of(takes, (0, 1, 2))
    del reports["report1"]
    with pytest.raises(InputError, match="take1: expected its report at report1"):
        best_take(clips, reports)


def test_where_no_take_passes_it_goes_as_asked(best_take, takes):
    failing = inputs_of([takes[0], takes[2]], (0, 1))
    outputs, _ = best_take(*failing)
    assert outputs["index"] == 1
    assert "Take 1 goes on because on_none is best." in outputs["ranking"]
    outputs, ui = best_take(*failing, {"audio1": [SOUND]}, on_none=["block"])
    assert ui["anime_blocked"] == [BEST_TAKE.number("images"), BEST_TAKE.number("audio")]
    assert outputs["index"] == 1, "the best of them"
    with pytest.raises(NoTakePasses, match="0 of 2 takes kept"):
        best_take(*failing, on_none=["error"])


def test_each_take_is_shown_by_its_middle_frame_and_no_curve_goes_along(best_take, takes):
    _, ui = best_take(*inputs_of(takes, (0, 1, 2)))
    ((ranking,),) = ui["anime_ranking"]
    assert (ranking["kind"], ranking["kept"]) == ("take", [1])
    assert all(place["picture"]["type"] == "temp" for place in ranking["ranking"])
    text = json.dumps(ranking, allow_nan=False)
    assert "per_frame" not in text
    assert len(text) < 4000


def test_clips_of_different_sizes_are_takes_of_one_shot(best_take, takes):
    small = draw_clip(24, 64, 64, 24, 0, 1)
    outputs, _ = best_take(*inputs_of([takes[0], (small, score_loop(small, 12.0))], (0, 1)))
    assert outputs["images"] is small


@pytest.mark.parametrize(
    "shape", [(2, 8, 8, 1), (2, 8, 8, 4), (1, 1, 900, 3), (2, 0, 0, 3), (0, 8, 8, 3)]
)
def test_every_clip_that_the_scoring_nodes_take_is_a_take(best_take, takes, shape):
    clip = torch.full(shape, torch.nan)
    outputs, ui = best_take(*inputs_of([(clip, takes[1][1])], (0,)))
    assert outputs["images"] is clip
    (place,) = ui["anime_ranking"][0][0]["ranking"]
    assert ("picture" in place) == bool(clip.numel())


def test_its_report_reaches_the_job_on_cached_runs_too():
    assert AnimeBestTake.GET_SCHEMA().has_intermediate_output
