"""Fetching weights when someone asks for them."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from .download import (
    FetchFailed,
    FetchInterrupted,
    Interrupted,
    Report,
    address,
    download,
)
from .unpack import BadArchive, unpack
from .weight import Weight, WeightFile, files_in

__all__ = ["FetchFailed", "FetchInterrupted", "fetch"]

ASKED_EVERY = 0.3  # seconds, whether to stop waiting for another process


def fetch(
    weight: Weight,
    models_folder: Path,
    report_progress: Report | None = None,
    interrupted: Interrupted | None = None,
) -> list[Path]:
    """Fetch the files of a weight that are not there yet.

    A file has its name only once it is whole and verified. What was interrupted goes on where it
    stopped. Where another process fetches the same, this waits for it.

    Args:
        weight: what is wanted.
        models_folder: ComfyUI's `models`.
        report_progress: told bytes done and in all, of all files; in all: as far as is known.
        interrupted: asked often; once it says yes, `FetchInterrupted` is raised.

    Returns:
        Where its files are.

    Raises:
        FetchFailed: no network, no such file, a full disk, or not what was published.
        FetchInterrupted: it was asked to stop.
    """
    asked = interrupted or (lambda: False)
    report = _Total(weight, report_progress or (lambda done, total: None))
    folder = models_folder / weight.folder
    if weight.unpacked:
        return _fetch_pack(weight, folder, report, asked)
    there = weight.installed(files_in(folder))
    if there is not None and there.name in weight.also:
        return [there]
    paths = []
    for file in weight.files:
        target = folder / file.path
        with _alone(target, asked):
            if not _is_there(file, target):
                download(file, target, _by_hand(file, target), report.of(file), asked)
        paths.append(target)
    return paths


def _fetch_pack(
    weight: Weight, folder: Path, report: "_Total", interrupted: Interrupted
) -> list[Path]:
    file, target = weight.files[0], folder / weight.unpacked
    archive = folder / f"{file.path}.fetched"  # another name than that of a zip of the user's own
    with _alone(archive, interrupted):
        there = weight.installed(files_in(folder))
        if there is None:
            by_hand = f"{_by_hand(file, target)}, unpacked"
            if not _is_there(file, archive):
                download(file, archive, by_hand, report.of(file), interrupted)
            try:
                unpack(archive, target, weight.members)
            except BadArchive:
                archive.unlink()
                raise
            except OSError as error:
                reason = error.strerror or type(error).__name__
                raise FetchFailed(f"{archive} can't be unpacked to {target}: {reason}.") from error
            archive.unlink()
            there = target
    return sorted(there.glob("*.onnx"))


def _is_there(file: WeightFile, target: Path) -> bool:
    """Whole, as far as its size tells: someone may have put it there by hand."""
    return target.is_file() and file.may_have(target.stat().st_size)


def _by_hand(file: WeightFile, target: Path) -> str:
    return f"try again later, or by hand put {address(file.source)} at {target}"


@contextmanager
def _alone(target: Path, interrupted: Interrupted) -> Iterator[None]:
    """Hold the right to fetch a file, against threads and processes on every machine with it."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(f"{target}.lock")
        while True:
            try:
                lock.acquire(timeout=ASKED_EVERY)
                break
            except Timeout:
                if interrupted():
                    raise FetchInterrupted from None
    except OSError as error:
        raise FetchFailed(f"{target.parent} can't be written ({error.strerror}).") from error
    try:
        yield
        # Not after a failure: one who waits for this lock, and one who makes it anew, would both
        # write. Now they both find that there is nothing left to do.
        with suppress(OSError):  # Windows deletes no file that is open
            os.unlink(lock.lock_file)
    finally:
        lock.release()


class _Total:
    """The progress of several files as one."""

    def __init__(self, weight: Weight, report: Report) -> None:
        self._report = report
        self._done: dict[str, int] = {}
        self._totals = {each.path: each.size for each in weight.files}

    def of(self, file: WeightFile) -> Callable[[int, int | None], None]:
        """What is told of one file."""

        def report(done: int, total: int | None) -> None:
            self._done[file.path] = done
            self._totals[file.path] = total if total is not None else self._totals[file.path]
            known = [each for each in self._totals.values() if each is not None]
            complete = self._totals[next(iter(self._totals))] is not None
            self._report(sum(self._done.values()), sum(known) if complete else None)

        return report
