"""Graphs that version 0.1.0 recorded: links to outputs that moved or went since."""

import pytest

from anime_production.models.gating.gate import OnFail
from anime_production.models.jobs.job import NodeReport
from anime_production.models.jobs.provenance.kept_before import compute_kept_reports
from anime_production.models.jobs.provenance.report_links import ReportLinks
from anime_production.models.report import Report

from ...gating.test_ranking import SHARP
from ..graphs import graph_of
from ..queries.test_verdict_rows import SEAM

# Outputs of 0.1.0's gate: accepted, rejected, pass, reasons, accepted_latents, accepted_masks,
# rejected_latents, rejected_masks, indices.
ACCEPTED, REJECTED, NEITHER = (0, 4, 5), (1, 6, 7), (2, 3, 8)
# Of its Character Score: report, overlay, plot, score, pass.
OVERLAY, SCORE = 1, 3
FAILS = Report("loop", (SEAM.measured(0.0, "no_lines"),), 8)
PICTURES = Report("still_quality", (SHARP.measured(0.1, "no_lines", per_frame=[0.1] * 4),), 4)


def saved_from(output: int, **gate: object) -> dict:
    """A clip that is scored, gated, and saved from what comes out of the gate."""
    return graph_of(
        clip=("AnimeSampleClip", {}),
        score=("AnimeLoopScore", {"images": ["clip", 0]}),
        gate=("AnimeGate", {"report": ["score", 0], "images": ["clip", 0], **gate}),
        decoded=("VAEDecode", {"samples": ["gate", output]}),
        save=("AnimeJobSave", {"images": ["decoded", 0]}),
    )


@pytest.mark.parametrize("output", [*ACCEPTED, *REJECTED, *NEITHER])
def test_the_side_of_an_old_gate_that_was_saved_is_known(output):
    links = ReportLinks(saved_from(output), {"score": [0]})
    (save,) = links.saves()
    (decider,) = links.deciders(save)
    assert decider.node == "gate"
    assert decider.rejected_side == (output in REJECTED)


@pytest.mark.parametrize("output", [*ACCEPTED, *REJECTED, *NEITHER])
def test_what_an_old_gate_blocked_is_known(output):
    """What hangs on a blocked output was never reached, so it kept nothing."""
    graph = saved_from(output, on_fail=OnFail.BLOCK.value) | graph_of(
        again=("AnimeStillQuality", {"images": ["decoded", 0]}),
        best=("AnimeBestOf", {"images": ["decoded", 0], "report": ["again", 0], "k": 2}),
    )
    shown = [NodeReport("score", FAILS), NodeReport("again", PICTURES)]
    kept = [each.node_id for each in compute_kept_reports(graph, shown)]
    assert kept == ([] if output in ACCEPTED else ["best"])


def test_an_old_overlay_and_an_old_score_are_outputs_of_the_node_that_measured():
    graph = graph_of(
        clip=("AnimeSampleClip", {}),
        score=("AnimeCharacterScore", {"images": ["clip", 0]}),
        shown=("PreviewAny", {"source": ["score", SCORE]}),
        save=("AnimeJobSave", {"images": ["score", OVERLAY], "report": ["score", 0]}),
    )
    links = ReportLinks(graph, {"score": [0]})
    (save,) = links.saves()
    assert links.wired(save.id) == (0,)
    assert links.deciders(save) == ()
