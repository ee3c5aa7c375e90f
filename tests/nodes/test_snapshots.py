import pytest

from anime_production.models.report import Report
from anime_production.models.sample.sample_clip import Faults, draw_clip
from anime_production.nodes.character import AnimeCharacterScore, AnimeCharacterSheet
from anime_production.nodes.compare import AnimeCompareImages
from anime_production.nodes.loop import AnimeLoopScore
from anime_production.nodes.loop_close import AnimeLoopClose
from anime_production.nodes.loop_find import AnimeLoopFind
from anime_production.nodes.quality import AnimeClipQuality, AnimeStillQuality

FRAMES = draw_clip(12, 64, 64, 12, 0, 1, Faults(seam_jump=4.0))
NODES = {
    AnimeLoopScore: {"images": FRAMES, "fps": 12.0},
    AnimeLoopClose: {"images": FRAMES, "fps": 12.0, "method": "crossfade"},
    AnimeLoopFind: {"images": FRAMES, "fps": 12.0},
    AnimeClipQuality: {"images": FRAMES, "fps": 12.0},
    AnimeStillQuality: {"images": FRAMES},
    AnimeCompareImages: {"images": FRAMES, "references": FRAMES},
    AnimeCharacterSheet: {"references": FRAMES[:4]},
}


def report_of(output) -> Report:
    (report,) = (each for each in output.args if isinstance(each, Report))
    return report


@pytest.mark.parametrize("node", NODES, ids=lambda node: node.__name__)
def test_every_node_that_scores_frames_takes_pictures(run_node, node):
    output = run_node(node, **NODES[node])
    report = report_of(output)
    assert len(report.snapshots) == 1
    (entry,) = output.ui["anime_report"][0]
    assert entry.snapshots == (report.snapshots[0].id,)
    assert "snapshots" not in entry


def test_a_character_score_takes_pictures(run_node):
    character = run_node(AnimeCharacterSheet, references=FRAMES[:4]).args[0]
    output = run_node(AnimeCharacterScore, images=FRAMES, character=character)
    assert len(report_of(output).snapshots) == 1
