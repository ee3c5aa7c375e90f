"""Connections and jobs for the tests."""

from collections.abc import Iterator
from datetime import datetime, timezone
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from anime_production.models.frames import Absence
from anime_production.models.jobs.character_version import CharacterReference, CharacterVersion
from anime_production.models.jobs.database.database import Database
from anime_production.models.jobs.job import (
    Artifact,
    Job,
    JobError,
    JobState,
    ShownReport,
    new_job,
)
from anime_production.models.jobs.recording.events import (
    ArtifactWritten,
    CharacterSaved,
    Event,
    JobFinished,
    JobStarted,
)
from anime_production.models.measure import Measure
from anime_production.models.report import Better, Report, WorstFrame

if TYPE_CHECKING:
    from psycopg import Connection


@pytest.fixture
def connection(database: Database) -> "Iterator[Connection]":
    """A connection to a database that holds nothing yet."""
    with database.connect(None) as connection:
        yield connection


@pytest.fixture
def every_connection(every_database: Database) -> "Iterator[Connection]":
    """The same, of every PostgreSQL in turn: for tests of statements that no other test runs."""
    with every_database.connect(None) as connection:
        yield connection


@pytest.fixture
def job() -> Job:
    """A job with everything."""
    return new_job("8c1f", "Winter", "03", "012", "Hana", "night, snow")


@pytest.fixture
def report() -> Report:
    """A report with a failed band, an absent value, and one without threshold."""
    seam = Measure("seam", "steps", Better.BAND, 0.0, 10.0, "structural", (0.5, 1.6), True)
    drift = Measure("drift", "levels", Better.LOWER, 0.0, 5.0, "colour", 1.0)
    sharp = Measure("sharpness", "px", Better.HIGHER, 0.0, 1 / 3, "edges")
    values = {"frame": 3, "frames": 1}
    return Report(
        subject="loop",
        measurements=(
            seam.measured(3.4, "not_finite", values, [0.1 + 0.2, None], {"labels": ["same"]}),
            drift.absent(Absence("no_frames")),
            sharp.measured(0.1 + 0.2, "no_frames"),
        ),
        frames=48,
        fps=12.0,
        worst=WorstFrame(47, "no_frames", "There is no frame to look at."),
    )


@pytest.fixture
def artifact() -> Artifact:
    """A file that a job wrote."""
    return Artifact("Winter/03/012_00001_.webp", "animation", 1234, "ab" * 32, 512, 768, 48, 12.0)


@pytest.fixture
def saved() -> CharacterSaved:
    """A character that was saved in the library, with references of every kind."""
    return CharacterSaved(
        CharacterVersion(
            id=uuid4(),
            name="葵　花子",
            folder="葵　花子-0123456789ab",
            version=2,
            sha256="ab" * 32,
            model="palette/figure",
            backend="palette",
            threshold=0.1 + 0.2,
            calibrated=True,
            saved_at=datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=timezone.utc),
            references=(
                CharacterReference("used", True, 1 / 3),
                CharacterReference("nobody visible", False, None),
                CharacterReference("used", True, None),
            ),
        )
    )


@pytest.fixture
def story(job: Job, report: Report, artifact: Artifact) -> list[Event]:
    """Everything that can be said of one job."""
    began = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=timezone.utc)
    return [
        JobStarted(job),
        ArtifactWritten(job, artifact),
        JobFinished(
            job=job,
            state=JobState.FAILED,
            started_at=began,
            finished_at=datetime(2026, 3, 1, 12, 1, tzinfo=timezone.utc),
            error=JobError("7", "KSampler", "RuntimeError", "out of memory", "Traceback …"),
            graph={"1": {"class_type": "AnimeJob", "inputs": {"seed": 2**64 - 1}}},
            reports=(ShownReport("5", report.to_dict()), ShownReport("9", report.to_dict())),
        ),
    ]
