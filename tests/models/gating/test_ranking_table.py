from anime_production.models.frames import Absence
from anime_production.models.gating.ranking import rank_frames
from anime_production.models.gating.ranking_table import ranking_table
from anime_production.models.measure import Measure
from anime_production.models.report import Better, Report

from .test_ranking import SHARP, pictures

WIDTH = Measure("edge_width", "px", Better.LOWER, 0, 8, "edges", threshold=4.0, required=True)


def test_a_row_for_each_frame_says_why_it_lost():
    assert ranking_table(rank_frames(pictures([0.6, 0.9, 0.1]), 2)).splitlines() == [
        "2 of 3 frames kept.",
        "",
        "rank  frame  verdict  score  weakest measurement  why it was not kept",
        "1     1      PASS     91.1   sharpness: 0.9       (kept)",
        "2     0      PASS     75.4   sharpness: 0.6       (kept)",
        "3     2      FAIL     1.1    sharpness: 0.1       The last one kept, frame 0, "
        "has 75.4 of 100.",
    ]


def test_what_is_not_measured_is_no_number():
    report = Report("still_quality", (SHARP.absent(Absence("no_frames")),), 2)
    head, note, _, _, first, second = ranking_table(rank_frames(report, 1)).splitlines()
    assert head == "1 of 2 frames kept."
    assert note.startswith("These frames were kept without a score")
    assert first.split(maxsplit=5)[:5] == ["1", "0", "NOT", "MEASURED", "none"]
    assert "sharpness: not measured" in first
    assert "Frame 0 has no score either" in second


def test_a_value_has_its_unit_unless_the_name_has_it():
    report = Report("still_quality", (WIDTH.measured(2.0, "no_lines", per_frame=[2.0]),), 1)
    assert "edge width: 2 px" in ranking_table(rank_frames(report, 1))
