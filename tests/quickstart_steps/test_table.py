"""Reports and jobs on a terminal."""

import pytest

from anime_production.quickstart_steps.table import PLAIN, RICH, job_lines, report_lines, signs_for

REPORT = {
    "schema": 1,
    "subject": "loop",
    "verdict": "FAIL",
    "score": 31.5,
    "frames": 48,
    "fps": 12.0,
    "worst": {"frame": 47, "reason_code": "seam_jump", "reason": "The seam jumps."},
    "measurements": [
        {
            "name": "seam_position",
            "value": 3.4,
            "unit": "steps",
            "better": "band",
            "threshold": [0.5, 1.6],
            "required": True,
            "verdict": "FAIL",
            "reason": "The seam jumps by 3.4 of the clip's own steps.",
            "backend": "structural",
        },
        {
            "name": "learned_distance",
            "value": None,
            "unit": "",
            "better": "lower",
            "threshold": 0.25,
            "required": False,
            "verdict": "NOT_MEASURED",
            "reason": "The weights are not installed.",
            "backend": "lpips-squeeze",
        },
    ],
}


def test_each_measurement_has_its_value_threshold_verdict_and_backend():
    lines = report_lines("Loop", REPORT, RICH, 100)
    row = next(line for line in lines if line.startswith("  seam position"))
    assert [cell.strip() for cell in row.split("  ") if cell.strip()] == [
        *("seam position", "3.4 steps", "0.5 to 1.6", "✗ FAIL", "structural")
    ]
    assert lines[0] == "Loop: ✗ FAIL, score 31.5 of 100, 48 frames at 12 fps"
    assert any("jumps by 3.4" in line for line in lines)


def test_what_was_not_measured_shows_no_number():
    row = next(
        line for line in report_lines("Loop", REPORT, PLAIN, 100) if "learned distance " in line
    )
    assert "none" in row
    assert "? NOT MEASURED (optional)" in row
    assert "at most 0.25" in row


@pytest.mark.parametrize("width", [60, 72, 100, 200])
def test_no_line_is_wider_than_the_terminal(width: int):
    assert max(map(len, report_lines("Loop", REPORT, RICH, width))) <= width


def test_a_terminal_without_unicode_gets_plain_signs():
    for encoding in ("ascii", "cp1252", None, "no such encoding"):
        assert signs_for(encoding) is PLAIN
    assert signs_for("utf-8") is RICH
    "\n".join(report_lines("Loop", REPORT, PLAIN, 60)).encode("ascii")


def test_a_job_shows_what_is_known_of_it():
    job = {"id": 7, "state": "completed", "verdict": "FAIL", "score": 31.5, "shot": None}
    job["tags"] = ["night", "rain"]
    text = "\n".join(job_lines({"job": job, "reports": [REPORT], "artifacts": []}, 80))
    assert "shot" not in text
    for line in ("state    completed", "score    31.5", "tags     night, rain"):
        assert line in text
