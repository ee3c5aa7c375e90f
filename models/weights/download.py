"""Download of one file: streamed, resumed after an interruption, verified once it is complete."""

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
from ..whole_files import move, sync_folder
from .catalogue import HUB
from .weight import WeightFile

CONNECT_SECONDS, SILENCE_SECONDS = 8.0, 60.0  # timeouts: for the connection, between two packets
CHUNK = 1 << 16  # bytes; on a slow connection, an interruption takes effect in a second or two
FREE_BYTES_KEPT = 64 << 20  # bytes that a download leaves free on the disk

ReportProgress = Callable[[int, int | None], None]
"""Function that receives bytes done, and bytes in all or None if the server doesn't say."""
IsInterrupted = Callable[[], bool]
"""Function that returns True once the download should stop."""


class FetchFailed(Exception):
    """Error for weights that can't be downloaded; its message says why and what to do."""


class FetchInterrupted(Exception):
    """Error for a download that was interrupted; the next download continues from its bytes."""


class _ConnectionLost(Exception):
    """Error for a connection that was lost during a download."""


@dataclass(frozen=True)
class _Offer:
    """A server's answer about a file, stored beside the partial file to notice changes.

    Attributes:
        url: address of the file.
        validator: ETag or date that changes with the content; "" if the server gives none.
        total: size in bytes; None if the server doesn't give it.
        sha256: SHA-256 of the whole file; "" if the server doesn't give it.
    """

    url: str
    validator: str
    total: int | None
    sha256: str


def address(source: str) -> str:
    """Return the address to download from, on the mirror of the hub if `HF_ENDPOINT` names one."""
    endpoint = HUB_MIRROR.read()
    return endpoint + source.removeprefix(HUB) if endpoint and source.startswith(HUB) else source


def download(
    file: WeightFile,
    target: Path,
    by_hand: str,
    report: ReportProgress,
    interrupted: IsInterrupted,
) -> None:
    """Download a file, which gets its name once it is complete and verified.

    The caller must ensure that only one download at a time has this target.

    Args:
        file: file to download.
        target: path of the complete file. The partial file has this path with `.part` at its end.
        by_hand: text on how to install the file by hand, for error messages.
        report: called with the progress.
        interrupted: called often; the download stops once it returns True.

    Raises:
        FetchFailed: there is no network, no such file or no room on the disk, or the file isn't
            the published one.
        FetchInterrupted: `interrupted` returned True.
    """
    url, part = address(file.source), _part_path(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        offer = _download_part(file, url, part, by_hand, report, interrupted)
        _verify(file, offer, part)
        with part.open("rb+") as whole:
            os.fsync(whole.fileno())
        move(part, target)
        _note_path(part).unlink(missing_ok=True)
        sync_folder(target.parent)
    except OSError as error:
        raise FetchFailed(f"{_disk_error_text(error, target.parent)}; {by_hand}.") from error


def check_room(folder: Path, needed: int) -> None:
    """Check that a folder's disk has room for some bytes.

    Raises:
        FetchFailed: there is less room than needed.
    """
    free = shutil.disk_usage(folder).free - FREE_BYTES_KEPT
    if free < needed:
        raise FetchFailed(
            f"The disk is too full: {needed / 1e6:.0f} MB are needed in {folder}, and "
            f"{max(free, 0) / 1e6:.0f} MB are free. Make room there, then try again."
        )


def _part_path(target: Path) -> Path:
    return target.with_name(f"{target.name}.part")


def _note_path(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def _download_part(
    file: WeightFile,
    url: str,
    part: Path,
    by_hand: str,
    report: ReportProgress,
    interrupted: IsInterrupted,
) -> _Offer:
    """Download the missing bytes of a partial file.

    After a lost connection it sends a new request, if the last request brought any bytes.
    """
    while True:
        received = _length(part)
        last_offer = _read_note(part, url)
        if last_offer is not None and received == last_offer.total:
            report(received, received)
            return last_offer
        try:
            return _request_missing_bytes(file, url, part, last_offer, report, interrupted)
        except _ConnectionLost as loss:
            if _length(part) <= received:
                raise FetchFailed(f"{loss}; {by_hand}.") from loss
        except requests.RequestException as error:
            raise FetchFailed(f"{_request_error_text(error, url)}; {by_hand}.") from error


def _request_missing_bytes(
    file: WeightFile,
    url: str,
    part: Path,
    last_offer: _Offer | None,
    report: ReportProgress,
    interrupted: IsInterrupted,
) -> _Offer:
    """Request the bytes that a partial file lacks, or all if the file has changed since."""
    received = _length(part) if last_offer is not None and last_offer.validator else 0
    # The ranges and lengths of compressed bytes differ, so the server must not compress.
    headers = {"Accept-Encoding": "identity"}
    if received and last_offer is not None:
        headers |= {"Range": f"bytes={received}-", "If-Range": last_offer.validator}
    with requests.get(
        url, headers=headers, stream=True, timeout=(CONNECT_SECONDS, SILENCE_SECONDS)
    ) as response:
        status = response.status_code
        start, total = _range(response)
        offer = _offer(response, url, total)
        has_changed = start != received or (
            last_offer is not None and offer.sha256 != last_offer.sha256
        )
        if received and (
            status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
            or (status == HTTPStatus.PARTIAL_CONTENT and has_changed)
        ):
            part.unlink()  # its bytes are from another version of the file
            return _request_missing_bytes(file, url, part, None, report, interrupted)
        response.raise_for_status()
        if total is not None and not file.may_have_size(total):
            raise FetchFailed(
                f"{url} offers {total / 1e6:.1f} MB, but {file.megabytes or 0:.1f} MB were"
                " published: it is another file, and was not downloaded."
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
    report: ReportProgress,
    interrupted: IsInterrupted,
) -> None:
    """Write the bytes of a response to the partial file, and its offer beside it.

    Args:
        response: response to a request for the file.
        offer: the server's answer about the file.
        part: path of the partial file.
        start: position of the first byte of the response; 0 overwrites the partial file.
        report: called with the progress.
        interrupted: called after each chunk.
    """
    with part.open("ab" if start else "wb") as file:
        _note_path(part).write_text(json.dumps(asdict(offer)), encoding="utf-8")
        done = start
        report(done, offer.total)
        chunks = response.iter_content(CHUNK)
        while True:
            if interrupted():
                raise FetchInterrupted
            try:
                chunk = next(chunks, b"")
            except requests.RequestException as error:
                host = urlsplit(offer.url).hostname
                raise _ConnectionLost(f"the connection to {host} was lost") from error
            if not chunk:
                break
            file.write(chunk)
            done += len(chunk)
            report(done, offer.total)
    if offer.total is not None and done < offer.total:
        raise _ConnectionLost(f"{offer.url} ended after {done} of {offer.total} bytes")


def _range(response: requests.Response) -> tuple[int, int | None]:
    """Return the position of a response's first byte, and the size of the whole file."""
    match = re.fullmatch(r"bytes (\d+)-\d+/(\d+)", response.headers.get("Content-Range", ""))
    if response.status_code == HTTPStatus.PARTIAL_CONTENT and match:
        return int(match[1]), int(match[2])
    is_compressed = response.headers.get("Content-Encoding", "identity") != "identity"
    length = response.headers.get("Content-Length", "")
    return 0, int(length) if length.isdigit() and not is_compressed else None


def _offer(response: requests.Response, url: str, total: int | None) -> _Offer:
    validator = response.headers.get("ETag") or response.headers.get("Last-Modified") or ""
    if validator.startswith("W/"):  # a weak ETag doesn't promise that the bytes are the same
        validator = ""
    sha256 = ""
    # The Hugging Face hub gives hash and size in its redirect to the file store.
    for answer in (*response.history, response):
        linked_etag = answer.headers.get("X-Linked-ETag", "").strip('"').lower()
        if re.fullmatch(r"[0-9a-f]{64}", linked_etag):
            sha256 = linked_etag
        size = answer.headers.get("X-Linked-Size", "")
        if total is None and size.isdigit():
            total = int(size)
    return _Offer(url, validator, total, sha256)


def _verify(file: WeightFile, offer: _Offer, part: Path) -> None:
    """Raise FetchFailed for a download that isn't the published file, and delete it."""
    size = _length(part)
    difference = None
    if (offer.total is not None and size != offer.total) or not file.may_have_size(size):
        difference = f"it has {size} bytes"
    expected = file.sha256 or offer.sha256
    if difference is None and expected:
        sha256 = sha256_of(part)
        if not sha256.startswith(expected):
            difference = f"its sha256 is {sha256}, not {expected}"
    if difference is not None:
        part.unlink()
        _note_path(part).unlink(missing_ok=True)
        raise FetchFailed(
            f"{offer.url} did not give the published file ({difference}); it was deleted. Try "
            "again. If the error stays, the file was changed there; don't trust it."
        )


def _length(part: Path) -> int:
    try:
        return part.stat().st_size
    except FileNotFoundError:
        return 0


def _read_note(part: Path, url: str) -> _Offer | None:
    """Return the stored offer of a partial file; None if it is from another address."""
    try:
        offer = _Offer(**json.loads(_note_path(part).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return offer if offer.url == url and part.exists() else None


def _request_error_text(error: requests.RequestException, url: str) -> str:
    """Return the reason why a request failed, without the libraries' internal texts."""
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"{url} answers {error.response.status_code} {error.response.reason}".rstrip()
    host = urlsplit(url).hostname
    if isinstance(error, requests.exceptions.SSLError):
        return f"{host} has no certificate that this Python trusts"
    if isinstance(error, requests.ReadTimeout):
        return f"{host} does not answer"
    if isinstance(error, requests.ConnectionError):
        return f"There is no connection to {host}"
    return f"The request to {url} failed ({type(error).__name__})"


def _disk_error_text(error: OSError, folder: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full: make room in {folder} and try again"
    return f"{error.filename or folder} can't be written ({error.strerror})"
