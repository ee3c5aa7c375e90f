import hashlib
from types import SimpleNamespace
from typing import cast

import pytest

from anime_production.models.jobs.job import Artifact
from anime_production.models.production.handover import (
    FileMissing,
    delete_unused_files,
    fetch_file,
    file_of_kind,
    store_files,
)
from anime_production.models.production.phase_kind import PICTURES, VIDEO
from anime_production.models.production.records import AttemptRecord

FILES = [
    Artifact("sound.flac", "audio", 1, "ab" * 32, node_id="2"),
    Artifact("damaged.mp4", "video", 1, "ab" * 32, node_id="3"),
    Artifact("still.png", "image", 1, "ab" * 32, 8, 8, 1, node_id="4"),
    Artifact("clip.mp4", "video", 1, "ab" * 32, 8, 8, 24, 12.0, node_id="5"),
]
CONTENT = b"a still of a girl on a hill"
KEPT = "SELECT count(*) FROM anime.artifact_contents"


@pytest.fixture
def connection(database):
    with database.connect() as connection:
        yield connection


@pytest.fixture
def still(tmp_path):
    """A file that a phase wrote into the output folder of its machine."""
    folder = tmp_path / "maker"
    folder.mkdir()
    (folder / "still.png").write_bytes(CONTENT)
    sha256 = hashlib.sha256(CONTENT).hexdigest()
    return Artifact("still.png", "image", len(CONTENT), sha256, 8, 8, 1)


def test_another_machine_gets_the_file_and_the_one_that_made_it_takes_its_own(
    connection, still, tmp_path
):
    store_files(connection, [still], tmp_path / "maker")
    store_files(connection, [still], tmp_path / "maker")
    assert fetch_file(connection, still, tmp_path / "maker") == "still.png"
    path = fetch_file(connection, still, tmp_path / "other")
    assert (tmp_path / "other" / path).read_bytes() == CONTENT
    assert fetch_file(connection, still, tmp_path / "other") == path


def test_another_file_of_that_name_is_neither_taken_nor_overwritten(connection, still, tmp_path):
    store_files(connection, [still], tmp_path / "maker")
    (tmp_path / "maker" / "still.png").write_bytes(b"somebody else's, of any length")
    path = fetch_file(connection, still, tmp_path / "maker")
    assert path != "still.png"
    assert (tmp_path / "maker" / path).read_bytes() == CONTENT
    store_files(connection, [still], tmp_path / "maker")
    assert connection.execute(KEPT).fetchone() == (1,)


def test_what_is_nowhere_is_said_to_be_missing(connection, still, tmp_path):
    with pytest.raises(FileMissing) as missing:
        fetch_file(connection, still, tmp_path / "other")
    assert missing.value.path == "still.png"


def test_what_nobody_takes_any_more_is_dropped_after_a_week(connection, still, tmp_path):
    store_files(connection, [still], tmp_path / "maker")
    delete_unused_files(connection)
    assert connection.execute(KEPT).fetchone() == (1,)
    connection.execute("UPDATE anime.artifact_contents SET kept_at = now() - interval '8 days'")
    delete_unused_files(connection)
    assert connection.execute(KEPT).fetchone() == (0,)


def test_a_file_without_frames_is_never_handed_over():
    attempt = cast(AttemptRecord, SimpleNamespace(artifacts=tuple(FILES)))
    assert file_of_kind(attempt, PICTURES) == FILES[2]
    assert file_of_kind(attempt, VIDEO) == FILES[3]
    empty = cast(AttemptRecord, SimpleNamespace(artifacts=tuple(FILES[:2])))
    assert file_of_kind(empty, PICTURES) is file_of_kind(empty, VIDEO) is None
