"""Download of a set of weights on a user's request, for the routes and the command line."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from .download import (
    FetchFailed,
    FetchInterrupted,
    IsInterrupted,
    ReportProgress,
    address,
    download,
)
from .unpack import BadArchive, unpack
from .weight import Weight, WeightFile, files_in

__all__ = ["FetchFailed", "FetchInterrupted", "fetch"]

LOCK_POLL_SECONDS = 0.3  # between two checks for an interruption, while the lock is taken


def fetch(
    weight: Weight,
    models_folder: Path,
    report_progress: ReportProgress | None = None,
    interrupted: IsInterrupted | None = None,
) -> list[Path]:
    """Download the missing files of a set of weights.

    A file gets its name only once it is complete and verified. An interrupted download is resumed.
    If another process downloads the same file, this waits for it.

    Args:
        weight: weights to download.
        models_folder: ComfyUI's `models` folder.
        report_progress: called with the bytes done and in all, of all files together; bytes in all
            are None if no size is known.
        interrupted: called often; once it returns True, `FetchInterrupted` is raised.

    Returns:
        The paths of the weights' files.

    Raises:
        FetchFailed: there is no network, no such file or no room on the disk, or a file isn't the
            published one.
        FetchInterrupted: `interrupted` returned True.
    """
    is_interrupted = interrupted or (lambda: False)
    progress = _TotalProgress(weight, report_progress or (lambda done, total: None))
    folder = models_folder / weight.folder
    if weight.unpacked:
        return _fetch_pack(weight, folder, progress, is_interrupted)
    installed = weight.installed(files_in(folder))
    if installed is not None and installed.name in weight.alternative_names:
        return [installed]
    paths = []
    for file in weight.files:
        target = folder / file.path
        with _locked(target, is_interrupted):
            if not _is_complete(file, target):
                report = progress.callback_for(file)
                download(file, target, _by_hand(file, target), report, is_interrupted)
        paths.append(target)
    return paths


def _fetch_pack(
    weight: Weight, folder: Path, progress: "_TotalProgress", interrupted: IsInterrupted
) -> list[Path]:
    """Download a zip, unpack its networks, and return their paths."""
    file, target = weight.files[0], folder / weight.unpacked
    # The suffix keeps a zip that the user has put into the folder from being overwritten.
    archive = folder / f"{file.path}.fetched"
    with _locked(archive, interrupted):
        installed = weight.installed(files_in(folder))
        if installed is None:
            by_hand = f"{_by_hand(file, target)}, unpacked"
            if not _is_complete(file, archive):
                download(file, archive, by_hand, progress.callback_for(file), interrupted)
            try:
                unpack(archive, target, weight.members)
            except BadArchive:
                archive.unlink()
                raise
            except OSError as error:
                reason = error.strerror or type(error).__name__
                raise FetchFailed(f"{archive} can't be unpacked to {target}: {reason}.") from error
            archive.unlink()
            installed = target
    return sorted(installed.glob("*.onnx"))


def _is_complete(file: WeightFile, target: Path) -> bool:
    """Return True if a file exists and its size may be the published one; ignore its hash."""
    return target.is_file() and file.may_have_size(target.stat().st_size)


def _by_hand(file: WeightFile, target: Path) -> str:
    return f"try again later, or by hand put {address(file.source)} at {target}"


@contextmanager
def _locked(target: Path, interrupted: IsInterrupted) -> Iterator[None]:
    """Hold the lock for a file's download, against all threads, processes and machines."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(f"{target}.lock")
        while True:
            try:
                lock.acquire(timeout=LOCK_POLL_SECONDS)
                break
            except Timeout:
                if interrupted():
                    raise FetchInterrupted from None
    except OSError as error:
        raise FetchFailed(f"{target.parent} can't be written ({error.strerror}).") from error
    try:
        yield
        # Once the lock file is deleted, two processes can hold the lock at the same time: one that
        # waited for the deleted file, and one that makes a new file. After a success this is
        # harmless, as both find a complete download. After a failure both would write, so the lock
        # file then stays.
        with suppress(OSError):  # Windows can't delete an open file
            os.unlink(lock.lock_file)
    finally:
        lock.release()


class _TotalProgress:
    """Progress of all files of a set of weights together."""

    def __init__(self, weight: Weight, report: ReportProgress) -> None:
        """Start at 0 bytes; `report` receives the bytes done and in all."""
        self._report = report
        self._done: dict[str, int] = {}
        self._totals = {each.path: each.size for each in weight.files}

    def callback_for(self, file: WeightFile) -> Callable[[int, int | None], None]:
        """Return the function that receives the progress of one file."""

        def report(done: int, total: int | None) -> None:
            self._done[file.path] = done
            self._totals[file.path] = total if total is not None else self._totals[file.path]
            sizes = [each for each in self._totals.values() if each is not None]
            # The first file is the network, nearly all of the bytes. Without its size, the sum of
            # the other sizes would mislead.
            has_total = self._totals[next(iter(self._totals))] is not None
            self._report(sum(self._done.values()), sum(sizes) if has_total else None)

        return report
