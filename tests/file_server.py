"""Local HTTP server for tests that serves files, with range requests, as a model hub does."""

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PIECE = 1 << 16  # bytes that are written at once


@dataclass
class OfferedFile:
    """File that the server offers, with the faults of its responses.

    Attributes:
        content: bytes of the file.
        etag: ETag of the responses; None makes one from the content.
        linked: True redirects to another address and sends the SHA-256 with it, as the hub does.
        linked_sha256: SHA-256 that the redirection sends; None sends the right one.
        breaks_after: number of bytes of one response after which the connection breaks, once.
        announced: length in the header; None sends the right one.
        pause: seconds before each piece of 64 KiB, so that a test can act in between.
    """

    content: bytes
    etag: str | None = None
    linked: bool = False
    linked_sha256: str | None = None
    breaks_after: int | None = None
    announced: int | None = None
    pause: float = 0.0

    @property
    def etag_header(self) -> str:
        """ETag that the responses have."""
        return self.etag if self.etag is not None else f'"{hash(self.content):x}"'


@dataclass
class FileServer:
    """Running file server: its files, and the requests that it received.

    Attributes:
        address: URL of the server, without a slash at the end.
        files: offered files by path.
        requests: path and `Range` header of every request that was answered with content.
    """

    address: str
    files: dict[str, OfferedFile] = field(default_factory=dict)
    requests: list[tuple[str, str | None]] = field(default_factory=list)

    def offer(self, path: str, content: bytes, **options) -> str:
        """Offer a file and return its URL; `options` are attributes of `OfferedFile`."""
        self.files[path] = OfferedFile(content, **options)
        return f"{self.address}/{path}"


@contextmanager
def file_server() -> Iterator[FileServer]:
    """Run a file server, as a `with` block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.offers = FileServer(f"http://127.0.0.1:{server.server_port}")  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server.offers  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        offers: FileServer = self.server.offers  # type: ignore[attr-defined]
        path = self.path.lstrip("/")
        name = path.removeprefix("store/")  # a linked file is redirected to store/
        offered = offers.files.get(name)
        if offered is None:
            self.send_error(404)
        elif offered.linked and path == name:
            self._redirect(offers, path, offered)
        else:
            offers.requests.append((name, self.headers["Range"]))
            self._send(offered)

    def _redirect(self, offers: FileServer, path: str, offered: OfferedFile) -> None:
        sha256 = offered.linked_sha256 or hashlib.sha256(offered.content).hexdigest()
        self.send_response(302)
        self.send_header("Location", f"{offers.address}/store/{path}")
        self.send_header("X-Linked-ETag", f'"{sha256}"')
        self.send_header("X-Linked-Size", str(len(offered.content)))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send(self, offered: OfferedFile) -> None:
        content, start = offered.content, 0
        byte_range = self.headers["Range"]
        if byte_range and self.headers["If-Range"] == offered.etag_header:
            start = int(byte_range.removeprefix("bytes=").removesuffix("-"))
            if start >= len(content):
                self.send_error(416)
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(offered.announced or len(content) - start))
        self.send_header("ETag", offered.etag_header)
        self.end_headers()
        self._write(offered, content[start:])

    def _write(self, offered: OfferedFile, body: bytes) -> None:
        if offered.breaks_after is not None:
            body, offered.breaks_after = body[: offered.breaks_after], None
            self.close_connection = True
        try:
            for start in range(0, len(body), PIECE):
                time.sleep(offered.pause)
                self.wfile.write(body[start : start + PIECE])
        except OSError:  # the client has closed the connection
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Print nothing: the base class prints every request."""
