"""One file from the web: streamed, gone on with after an interruption, verified when whole."""

import errno
import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import requests

from ..file_hash import sha256_of
from ..settings import HUB_MIRROR
from .catalogue import HUB
from .weight import WeightFile

CONNECT_SECONDS, SILENCE_SECONDS = 8.0, 60.0
CHUNK = 1 << 16  # bytes; small enough for a slow line to be interrupted within a second or two
ROOM_KEPT = 64 << 20  # bytes that a download leaves free on the disk

Report = Callable[[int, int | None], None]
"""Told bytes done, and bytes in all where they are known."""
Interrupted = Callable[[], bool]


class FetchFailed(Exception):
    """Weights can't be fetched; the message says why and what to do."""


class FetchInterrupted(Exception):
    """It was asked to stop; what has come so far is kept, and is where the next one goes on."""


class _Dropped(Exception):
    """The line broke while bytes were coming."""


@dataclass(frozen=True)
class _Offer:
    """What the server said of a file; kept beside its first part, to tell whether it changed.

    Attributes:
        url: where it was offered.
        validator: the server's own mark of this very content, empty where it gives none.
        total: bytes of all of it.
        sha256: of all of it, as far as it is known.
    """

    url: str
    validator: str
    total: int | None
    sha256: str


def address(source: str) -> str:
    """Where a file is fetched from: `HF_ENDPOINT` names a mirror of the Hugging Face hub."""
    endpoint = HUB_MIRROR.read()
    return endpoint + source.removeprefix(HUB) if endpoint and source.startswith(HUB) else source


def download(
    file: WeightFile, target: Path, by_hand: str, report: Report, interrupted: Interrupted
) -> None:
    """Fetch a file; it gets its name once it is whole and verified.

    One at a time for a target: the caller sees to that.

    Args:
        file: what is wanted.
        target: its path in the end. What has come so far is beside it, with `.part` at its end.
        by_hand: what to do without this, for messages.
        report: told how far it is.
        interrupted: asked often.

    Raises:
        FetchFailed: no network, no such file, a full disk, or not what was published.
        FetchInterrupted: it was asked to stop.
    """
    url, part = address(file.source), _part(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        offer = _complete(file, url, part, by_hand, report, interrupted)
        _verify(file, offer, part)
        with part.open("rb+") as whole:
            os.fsync(whole.fileno())
        os.replace(part, target)
        _note(part).unlink(missing_ok=True)
        sync_folder(target.parent)
    except OSError as error:
        raise FetchFailed(f"{_trouble(error, target.parent)}; {by_hand}.") from error


def sync_folder(folder: Path) -> None:
    """Have a rename survive a power cut, where the system can promise that."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def check_room(folder: Path, needed: int) -> None:
    """Refuse what would fill the disk.

    Raises:
        FetchFailed: less is free than needed.
    """
    free = shutil.disk_usage(folder).free - ROOM_KEPT
    if free < needed:
        raise FetchFailed(
            f"The disk is too full: {needed / 1e6:.0f} MB are needed in {folder}, and "
            f"{max(free, 0) / 1e6:.0f} MB are free. Make room there, then try again."
        )


def _part(target: Path) -> Path:
    return target.with_name(f"{target.name}.part")


def _note(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def _complete(
    file: WeightFile, url: str, part: Path, by_hand: str, report: Report, interrupted: Interrupted
) -> _Offer:
    """Bring the part to its full length. A broken line is taken up again while that helps."""
    while True:
        had = _length(part)
        known = _read_note(part, url)
        if known is not None and had == known.total:
            report(had, had)
            return known
        try:
            return _go_on(file, url, part, known, report, interrupted)
        except _Dropped as dropped:
            if _length(part) <= had:
                raise FetchFailed(f"{dropped}; {by_hand}.") from dropped
        except requests.RequestException as error:
            raise FetchFailed(f"{_without_answer(error, url)}; {by_hand}.") from error


def _go_on(
    file: WeightFile,
    url: str,
    part: Path,
    known: _Offer | None,
    report: Report,
    interrupted: Interrupted,
) -> _Offer:
    """One request: what is missing of the part, or all of it where the offer has changed."""
    had = _length(part) if known is not None and known.validator else 0
    headers = {"Accept-Encoding": "identity"}  # packed bytes have other lengths and ranges
    if had and known is not None:
        headers |= {"Range": f"bytes={had}-", "If-Range": known.validator}
    with requests.get(
        url, headers=headers, stream=True, timeout=(CONNECT_SECONDS, SILENCE_SECONDS)
    ) as response:
        answered = response.status_code
        start, total = _range(response)
        offer = _offer(response, url, total)
        other = start != had or (known is not None and offer.sha256 != known.sha256)
        if had and (
            answered == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
            or (answered == HTTPStatus.PARTIAL_CONTENT and other)
        ):
            part.unlink()  # the rest of another file
            return _go_on(file, url, part, None, report, interrupted)
        response.raise_for_status()
        if total is not None and not file.may_have(total):
            raise FetchFailed(
                f"{url} offers {total / 1e6:.1f} MB, and {file.megabytes or 0:.1f} MB were"
                " published: it is not the file that was meant, and was not fetched."
            )
        if total is not None:
            check_room(part.parent, total - start)
        _stream(response, offer, part, start, report, interrupted)
        return offer


def _stream(
    response: requests.Response,
    offer: _Offer,
    part: Path,
    start: int,
    report: Report,
    interrupted: Interrupted,
) -> None:
    with part.open("ab" if start else "wb") as file:
        _note(part).write_text(json.dumps(asdict(offer)), encoding="utf-8")
        done = start
        report(done, offer.total)
        chunks = response.iter_content(CHUNK)
        while True:
            if interrupted():
                raise FetchInterrupted
            try:
                chunk = next(chunks, b"")
            except requests.RequestException as error:
                raise _Dropped(f"the line to {urlsplit(offer.url).hostname} broke") from error
            if not chunk:
                break
            file.write(chunk)
            done += len(chunk)
            report(done, offer.total)
    if offer.total is not None and done < offer.total:
        raise _Dropped(f"{offer.url} ended after {done} of {offer.total} bytes")


def _range(response: requests.Response) -> tuple[int, int | None]:
    """The first byte that is sent, and the length of the whole file."""
    found = re.fullmatch(r"bytes (\d+)-\d+/(\d+)", response.headers.get("Content-Range", ""))
    if response.status_code == HTTPStatus.PARTIAL_CONTENT and found:
        return int(found[1]), int(found[2])
    packed = response.headers.get("Content-Encoding", "identity") != "identity"
    length = response.headers.get("Content-Length", "")
    return 0, int(length) if length.isdigit() and not packed else None


def _offer(response: requests.Response, url: str, total: int | None) -> _Offer:
    validator = response.headers.get("ETag") or response.headers.get("Last-Modified") or ""
    if validator.startswith("W/"):  # "weak": of the same meaning, not of the same bytes
        validator = ""
    sha256 = ""
    for each in (*response.history, response):  # the hub says it while it sends on to its store
        linked = each.headers.get("X-Linked-ETag", "").strip('"').lower()
        if re.fullmatch(r"[0-9a-f]{64}", linked):
            sha256 = linked
        size = each.headers.get("X-Linked-Size", "")
        if total is None and size.isdigit():
            total = int(size)
    return _Offer(url, validator, total, sha256)


def _verify(file: WeightFile, offer: _Offer, part: Path) -> None:
    """Delete what is not what was published."""
    size = _length(part)
    wrong = None
    if (offer.total is not None and size != offer.total) or not file.may_have(size):
        wrong = f"it has {size} bytes"
    expected = file.sha256 or offer.sha256
    if wrong is None and expected:
        found = sha256_of(part)
        if not found.startswith(expected):
            wrong = f"its sha256 is {found}, not {expected}"
    if wrong is not None:
        part.unlink()
        _note(part).unlink(missing_ok=True)
        raise FetchFailed(
            f"{offer.url} did not give what was published ({wrong}); it was deleted. Try again; "
            "if it stays so, the file has been changed there, and is not to be trusted."
        )


def _length(part: Path) -> int:
    try:
        return part.stat().st_size
    except FileNotFoundError:
        return 0


def _read_note(part: Path, url: str) -> _Offer | None:
    """What was said of a part that came from this very address."""
    try:
        offer = _Offer(**json.loads(_note(part).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return offer if offer.url == url and part.exists() else None


def _without_answer(error: requests.RequestException, url: str) -> str:
    """Why nothing came, without the libraries' inner words."""
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"{url} answers {error.response.status_code} {error.response.reason}".rstrip()
    host = urlsplit(url).hostname
    if isinstance(error, requests.exceptions.SSLError):
        return f"{host} has no certificate that this Python trusts"
    if isinstance(error, requests.ReadTimeout):
        return f"{host} does not answer"
    if isinstance(error, requests.ConnectionError):
        return f"There is no connection to {host}"
    return f"{url} can't be asked ({type(error).__name__})"


def _trouble(error: OSError, folder: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full: make room in {folder} and try again"
    return f"{error.filename or folder} can't be written ({error.strerror})"
