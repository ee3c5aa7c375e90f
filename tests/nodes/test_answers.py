import execution
import pytest
import torch
from comfy_execution.graph_utils import ExecutionBlocker

from anime_production.models.quality.still.still_quality import score_still_quality
from anime_production.models.report import Report
from anime_production.models.sample.sample_clip import Faults, draw_clip
from anime_production.nodes.answers import node_output
from anime_production.nodes.best_of import AnimeBestOf
from anime_production.nodes.gate import AnimeGate
from anime_production.nodes.loop import AnimeLoopScore
from anime_production.nodes.report_merge import AnimeReportMerge


@pytest.fixture(scope="module")
def frames():
    """Four pictures, of which the first is soft."""
    blurs = (2.5, 0.0, 0.0, 0.0)
    return torch.cat([draw_clip(1, 96, 96, 24, 0, 1, Faults(blur=blur)) for blur in blurs])


@pytest.fixture(scope="module")
def report(frames):
    return score_still_quality(frames)


def blocked(answer) -> list[int]:
    """The places of the blockers themselves."""
    return [place for place, value in enumerate(answer.args) if isinstance(value, ExecutionBlocker)]


def test_the_blocked_outputs_of_a_gate_are_listed(run_node, frames, report):
    whole = run_node(AnimeGate, report=report, images=frames)
    divided = run_node(AnimeGate, report=report, images=frames, level="frame")
    assert whole.ui["anime_blocked"] == blocked(whole) == [0, 4, 5, 6, 7, 8, 9]
    assert divided.ui["anime_blocked"] == blocked(divided) == [4, 5, 6, 7, 8, 9]


def test_the_blocked_outputs_of_a_best_of_and_of_a_score_are_listed(run_node, frames, report):
    best = run_node(AnimeBestOf, images=frames, report=report)
    assert best.ui["anime_blocked"] == blocked(best) == [1, 2, 4]
    score = run_node(AnimeLoopScore, images=frames[:1])
    assert score.ui["anime_blocked"] == blocked(score) == [1]
    merged = run_node(AnimeReportMerge, reports={"report0": score.args[0]})
    assert merged.ui["anime_blocked"] == blocked(merged) == [1]


def test_where_nothing_is_blocked_nothing_is_listed(run_node, frames, report):
    latents = {"samples": torch.zeros(4, 4, 2, 2)}
    sounds = {"waveform": torch.zeros(4, 1, 8), "sample_rate": 8}
    masks = torch.zeros(4, 96, 96)
    batch = {"images": frames, "latents": latents, "masks": masks, "audio": sounds}
    best = run_node(AnimeBestOf, report=report, **batch)
    assert "anime_blocked" not in best.ui
    assert run_node(AnimeGate, report=report, level="frame", **batch).ui.keys() == {
        *("anime_gate", "anime_kept"),
    }
    assert node_output(1, 2).ui is None


def test_what_was_kept_is_shown_as_a_report(run_node, frames, report):
    assert report.verdict == "FAIL"
    best = run_node(AnimeBestOf, images=frames, report=report, k=3)
    divided = run_node(AnimeGate, report=report, images=frames, level="frame")
    for answer in (best, divided):
        ((kept,),) = answer.ui["anime_kept"]
        read = Report.from_dict(kept)
        assert (read.verdict, read.frames, read.subject) == ("PASS", 3, report.subject)


def test_a_gate_of_the_batch_shows_a_report_only_with_thresholds_of_its_own(
    run_node, frames, report
):
    assert "anime_kept" not in run_node(AnimeGate, report=report, images=frames).ui
    given = run_node(AnimeGate, report=report, images=frames, thresholds="edge_width = 9")
    ((kept,),) = given.ui["anime_kept"]
    assert Report.from_dict(kept).frames == 4
    assert kept["verdict"] == given.ui["anime_gate"][0][0]["verdict"]


def test_best_of_shows_its_report_on_cached_runs_too():
    assert AnimeBestOf.GET_SCHEMA().has_intermediate_output


def test_the_runs_of_a_list_may_show_different_things(frames):
    # ComfyUI reads every key of the first run from all of them.
    first = node_output(ExecutionBlocker(None), ui={"anime_gate": [1]})
    second = node_output("picture", ui={"anime_gate": [2]})
    outputs = type("Node", (), {"RETURN_TYPES": ("IMAGE",), "OUTPUT_IS_LIST": (False,)})
    _, ui, _ = execution.get_output_from_returns([first, second], outputs)
    assert ui == {"anime_blocked": [0], "anime_gate": [1, 2]}
