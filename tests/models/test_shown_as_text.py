"""What other packs' nodes show of the pack's values: they show any value as `str` writes it."""

from dataclasses import replace
from datetime import datetime, timezone
from uuid import UUID

import torch

from anime_production.models.character.detection import IdentityModel, Region
from anime_production.models.character.detectors.whole_image import WholeImageDetector
from anime_production.models.character.embedders.palette import PaletteEmbedder
from anime_production.models.character.sheet import Character
from anime_production.models.frames import Absence
from anime_production.models.gating.gate import OnFail, OnNotMeasured, decide
from anime_production.models.jobs.job import Job
from anime_production.models.measure import Measure
from anime_production.models.measurement import Better
from anime_production.models.report import Report

SEAM = Measure(
    "seam_position",
    unit="steps",
    better=Better.LOWER,
    low=0.0,
    high=10.0,
    backend="structural",
    threshold=1.6,
    required=True,
)
JOB = Job(
    id=UUID(int=7),
    prompt_id="p",
    project="Demo",
    scene="",
    shot="12a",
    character="葵",
    tags=("draft", "night"),
    created_at=datetime(2026, 1, 1, tzinfo=timezone.utc),
)
CHARACTER = Character(
    name="heroine",
    backend="palette",
    model="palette/figure",
    embeddings=torch.zeros(2, 3),
    threshold=0.7123,
    usual=1.0,
    calibrated=True,
    pictures=torch.zeros(3, 4, 4, 3),
    boxes=torch.zeros(3, 4),
    similarities=(0.9, 0.9, None),
    statuses=("used", "used", "nobody visible"),
)


def loop_report(*measurements) -> Report:
    return Report("loop", measurements, frames=24)


def test_a_report_is_its_verdict_its_score_and_the_reasons_against_it():
    failing = SEAM.measured(3.0, "seam_jump", {"steps": 3.0, "high": 1.6})
    passing = replace(SEAM.measured(1.0, "seam", {"steps": 1.0}), name="flicker")
    report = loop_report(passing, failing)
    assert str(report).splitlines() == [
        f"loop: FAIL, {report.score:.0f} of 100",
        f"- seam_position: {failing.reason}",
    ]
    assert str(report) == decide(report, OnFail.BLOCK, OnNotMeasured.REJECT).text


def test_a_report_that_passes_gives_the_reasons_of_all_that_decides():
    passing = SEAM.measured(1.0, "seam", {"steps": 1.0})
    report = loop_report(passing)
    assert str(report).splitlines() == [
        f"loop: PASS, {report.score:.0f} of 100",
        f"- seam_position: {passing.reason}",
    ]


def test_a_report_without_a_score_gives_none():
    assert str(loop_report(SEAM.absent(Absence("no_frames")))).startswith("loop: NOT MEASURED\n- ")
    assert str(loop_report()) == "loop: NOT MEASURED"


def test_a_character_is_its_name_with_what_it_rests_on():
    assert str(CHARACTER) == (
        "heroine: 2 of 3 references are used, threshold 0.712 (set by the references), "
        "model palette/figure"
    )
    assert "0.712 (the published one)" in str(replace(CHARACTER, calibrated=False))


def test_an_identity_model_is_its_explanation():
    cpu = torch.device("cpu")
    model = IdentityModel(WholeImageDetector(cpu), PaletteEmbedder(Region.FIGURE, cpu))
    assert str(replace(model, explanation="Backend: palette.")) == "Backend: palette."
    assert str(model) == model.key


def test_a_job_is_its_id_and_its_names():
    assert str(JOB).splitlines() == [
        f"job: {UUID(int=7)}",
        "project: Demo",
        "shot: 12a",
        "character: 葵",
        "tags: draft, night",
    ]
    bare = replace(JOB, project="", shot="", character="", tags=())
    assert str(bare) == f"job: {UUID(int=7)}"
