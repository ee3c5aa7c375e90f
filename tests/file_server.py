"""A real HTTP server on this machine that offers files, with ranges, as a model hub does."""

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Offered:
    """A file, and how it is offered.

    Attributes:
        content: what it holds.
        etag: the server's mark of the content; by default made from it.
        linked: sends on to another address, and says the content's sha256 there, as the hub does.
        breaks_after: bytes of one answer after which the line breaks, once.
        announced: another length than the real one.
        pause: seconds before each piece, so that a test has time for something in between.
    """

    content: bytes
    etag: str | None = None
    linked: bool = False
    linked_sha256: str | None = None
    breaks_after: int | None = None
    announced: int | None = None
    pause: float = 0.0

    @property
    def mark(self) -> str:
        return self.etag if self.etag is not None else f'"{hash(self.content):x}"'


@dataclass
class FileServer:
    """What it offers, and what was asked of it."""

    address: str
    files: dict[str, Offered] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    """Path and `Range` of every request that was answered with content."""

    def offer(self, path: str, content: bytes, **how) -> str:
        """Offer a file; its address."""
        self.files[path] = Offered(content, **how)
        return f"{self.address}/{path}"


@contextmanager
def file_server() -> Iterator[FileServer]:
    """The server, until the block ends."""
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
        stored = path.removeprefix("store/")
        offered = offers.files.get(stored)
        if offered is None:
            self.send_error(404)
        elif offered.linked and path == stored:
            self._send_on(offers, path, offered)
        else:
            offers.asked.append((stored, self.headers["Range"]))
            self._send(offered)

    def _send_on(self, offers: FileServer, path: str, offered: Offered) -> None:
        sha256 = offered.linked_sha256 or hashlib.sha256(offered.content).hexdigest()
        self.send_response(302)
        self.send_header("Location", f"{offers.address}/store/{path}")
        self.send_header("X-Linked-ETag", f'"{sha256}"')
        self.send_header("X-Linked-Size", str(len(offered.content)))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send(self, offered: Offered) -> None:
        content, start = offered.content, 0
        wanted = self.headers["Range"]
        if wanted and self.headers["If-Range"] == offered.mark:
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            if start >= len(content):
                self.send_error(416)
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(offered.announced or len(content) - start))
        self.send_header("ETag", offered.mark)
        self.end_headers()
        self._write(offered, content[start:])

    def _write(self, offered: Offered, rest: bytes) -> None:
        if offered.breaks_after is not None:
            rest, offered.breaks_after = rest[: offered.breaks_after], None
            self.close_connection = True
        try:
            for place in range(0, len(rest), 1 << 16):
                time.sleep(offered.pause)
                self.wfile.write(rest[place : place + (1 << 16)])
        except OSError:  # the other side has hung up
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Nothing on the terminal."""
