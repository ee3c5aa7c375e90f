"""Databases and outboxes that released packs left behind: this pack tells of them as those did."""

import json
import lzma
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from anime_production.models.jobs.recording import processes
from anime_production.models.jobs.recording.backup import OUTBOX, restore
from anime_production.models.jobs.recording.recorder import Recorder

from .....web.server.asking import Desk
from .questions import STATISTICS, Answers, ask_all, differences

RELEASES = sorted(path for path in Path(__file__).parent.glob("v*") if path.is_dir())


@pytest.fixture(params=RELEASES, ids=lambda release: release.name)
def release(request: pytest.FixtureRequest) -> Path:
    """The folder of what make.py wrote with a released pack."""
    return request.param


@pytest.fixture(autouse=True)
def nobody_dies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take no process of then for dead while a slow machine asks: its jobs would be lost."""
    monkeypatch.setattr(processes, "DEAD_SECONDS", float("inf"))


def told_then(release: Path) -> dict[str, Answers]:
    """What that pack answered."""
    return json.loads(lzma.decompress((release / "answers.json.xz").read_bytes()))


@contextmanager
def recording(private: Path) -> Iterator[Recorder]:
    """A recorder that has shipped what waited."""
    recorder = Recorder(private)
    recorder.settle()
    try:
        yield recorder
    finally:
        recorder.close()


def asked_now(recorder: Recorder, folder: Path) -> tuple[Answers, Answers]:
    """What this pack answers."""
    return ask_all(Desk(recorder, folder), recorder.database.run)


def with_medians_of(then: Answers, now: Answers) -> None:
    """Take over medians that differ by a hundredth at most: scores in events had two digits.

    0.1.0 computed the others anew when they arrived, by a formula that is another one now.
    """
    for question in STATISTICS:
        for before, after in zip(then[question]["groups"], now[question]["groups"], strict=True):
            medians = before["last"]["median_score"], after["last"]["median_score"]
            if None not in medians:
                assert medians[1] == pytest.approx(medians[0], abs=0.0101)
                after["last"]["median_score"] = medians[0]


def with_run_times_of(then: Answers, now: Answers) -> None:
    """Take over run times that differ by little: 0.1.0 counted lost jobs, which nobody can time."""
    for question in STATISTICS:
        for before, after in zip(then[question]["groups"], now[question]["groups"], strict=True):
            for part in ("before", "last"):
                seconds = before[part]["median_seconds"], after[part]["median_seconds"]
                if None not in seconds:
                    assert seconds[1] == pytest.approx(seconds[0], abs=0.5)
                    after[part]["median_seconds"] = seconds[0]


def check(then: tuple[Answers, Answers], now: tuple[Any, Any]) -> None:
    """Fail with the first answers that differ; a hash says only of which job one does."""
    for before, after in zip(then, now, strict=True):
        found = differences(before, after)
        assert not found, f"{len(found)} answers differ:\n" + "\n".join(found[:10])


def test_a_database_of_a_released_pack_is_told_as_it_was(release, private, database_url, tmp_path):
    restore(private, release / "backup.zip", replace=False, print_line=lambda line: None)
    then = told_then(release)
    with recording(private) as recorder:
        answers, hashes = asked_now(recorder, tmp_path)
    with_run_times_of(then["answers"], answers)
    check((then["answers"], then["hashes"]), (answers, hashes))


def test_what_waited_in_the_outbox_of_a_released_pack_arrives(
    release, private, database_url, tmp_path, monkeypatch
):
    monkeypatch.setattr(platform, "node", lambda: "studio-1")
    waiting = lzma.decompress((release / "outbox.sqlite.xz").read_bytes())
    (private / OUTBOX).write_bytes(waiting)
    then = told_then(release)
    with recording(private) as recorder:
        status = recorder.status()
        assert (status.backlog, status.rejected) == (0, 0)
        answers, hashes = asked_now(recorder, tmp_path)
    with_medians_of(then["shipped"], answers)
    with_run_times_of(then["shipped"], answers)
    check((then["shipped"], then["hashes_of_shipped"]), (answers, hashes))
