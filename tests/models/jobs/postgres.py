"""PostgreSQL servers for tests: the embedded one and the system's, and folders for them."""

import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from anime_production.models.jobs.database.embedded import EmbeddedServer
from anime_production.models.jobs.database.migrations import migrate
from anime_production.models.jobs.database.place import place_below
from anime_production.quickstart_steps.comfyui_process import free_port

from ...suspension import suspended

# Role and password of the databases on the system's PostgreSQL; a log must not contain them.
PASSWORD = "a-secret-word"
USER = "keeper"


@contextmanager
def private_folder(name: str = "__anime") -> Iterator[Path]:
    """Give an empty folder with mode 0700, like ComfyUI's system user folder.

    pytest's temporary folder is not used: PostgreSQL's user must be able to enter its parents, and
    pytest makes them private again at the start of each run.
    """
    root = Path(tempfile.mkdtemp(prefix="anime-test-", dir=_fast_disk()))
    folder = root / name
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _fast_disk() -> str | None:
    """Return a folder in memory if 2 GB are free there: creating a database waits for the disk."""
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() and shutil.disk_usage(memory).free > 2e9 else None


class EmbeddedPostgres:
    """Running embedded PostgreSQL of the pack, in which tests create databases."""

    def __init__(self, folder: Path) -> None:
        self._server = EmbeddedServer(place_below(folder))
        self._address = self._server.connection_string()
        self._migrated: str | None = None

    def new_database(self, migrated: bool = False) -> str:
        """Return the connection string of a new database.

        Args:
            migrated: True gives it the newest schema, as a copy of a migrated database.
        """
        if not migrated:
            return self._create("template1")
        if self._migrated is None:
            address = self._create("template1")
            with psycopg.connect(address, autocommit=True) as connection:
                migrate(connection)
                self._migrated = connection.info.dbname
        return self._create(self._migrated)

    def drop(self, address: str) -> None:
        """Drop a database, even if clients are connected to it."""
        name = psycopg.conninfo.conninfo_to_dict(address)["dbname"]
        self._run(f"DROP DATABASE {name} WITH (FORCE)")

    @property
    def version(self) -> int:
        """Major version of the server."""
        with psycopg.connect(self._address) as connection:
            return connection.info.server_version // 10000

    def stop(self) -> None:
        """Stop the server and cut its connections."""
        self._server.leave()

    def _create(self, template: str) -> str:
        name = f"test_{secrets.token_hex(4)}"
        # Copying the files takes half the time of copying the pages through the write-ahead log.
        self._run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return psycopg.conninfo.make_conninfo(self._address, dbname=name)

    def _run(self, command: str) -> None:
        with psycopg.connect(self._address, autocommit=True) as connection:
            connection.execute(command.encode())


class SystemPostgres:
    """Running server of the system's PostgreSQL, set up as in a studio.

    The pack connects over TCP with a password, and is no superuser. If the system has no PostgreSQL
    or this user cannot run one, the test is skipped.

    Attributes:
        folder: folder of the server, with its socket.
        port: TCP port of the server on 127.0.0.1.
    """

    def __init__(self, folder: Path) -> None:
        self._programs = self._find_programs()
        self._account: dict[str, Any] = {}
        if os.geteuid() == 0:
            import pwd

            try:
                entry = pwd.getpwnam("postgres")
            except KeyError:
                pytest.skip("initdb refuses to run as root, and there is no user postgres")
            self._account = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": ()}
            folder.chmod(0o755)
            folder.parent.chmod(0o755)
            os.chown(folder, entry.pw_uid, entry.pw_gid)
        self.folder, self._data = folder, folder / "data"
        self.port = free_port()
        self._run("initdb", "-D", self._data, "-U", "postgres", "--auth=trust", "--no-sync")
        access = self._data / "pg_hba.conf"
        access.write_text(f"local all all trust\nhost all {USER} 127.0.0.1/32 scram-sha-256\n")
        self.start()
        with self._superuser() as connection:
            connection.execute(f"CREATE ROLE {USER} LOGIN CREATEDB PASSWORD '{PASSWORD}'".encode())

    @staticmethod
    def _find_programs() -> Path:
        debian_programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        program = debian_programs[-1] if debian_programs else shutil.which("initdb")
        if program is None:
            pytest.skip("PostgreSQL is not installed (Debian: apt install postgresql)")
        return Path(program).parent

    def _run(self, program: str, *arguments: object) -> None:
        with tempfile.TemporaryFile() as output:
            subprocess.run(
                [str(self._programs / program), *map(str, arguments)],
                check=True,
                stdout=output,
                stderr=output,
                cwd=self.folder,
                **self._account,
            )

    def _superuser(self, database: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.folder), port=self.port, user="postgres", dbname=database,
            autocommit=True,
        )  # fmt: skip

    def start(self) -> None:
        """Start the server, and wait until it accepts connections."""
        options = f"-h 127.0.0.1 -p {self.port} -k {self.folder} -F"
        self._run("pg_ctl", "-D", self._data, "-w", "-l", self.folder / "log", "-o", options,
                  "start")  # fmt: skip

    @property
    def pid(self) -> int:
        """Process id of the server."""
        return int((self._data / "postmaster.pid").read_text().split()[0])

    def stop(self) -> None:
        """Stop the server at once, as a crash does."""
        self._run("pg_ctl", "-D", self._data, "-w", "-m", "immediate", "stop")

    def runs(self) -> bool:
        """Return True if the server's main process runs, whether or not it answers."""
        try:
            os.kill(self.pid, 0)
        except (OSError, ValueError, IndexError):
            return False
        return True

    def answers(self) -> bool:
        """Return True if the server accepts a connection and a statement."""
        try:
            with self._superuser() as connection:
                connection.execute("CREATE TEMPORARY TABLE written ()")
        except psycopg.Error:
            return False
        return True

    def configure(self, name: str, value: str) -> None:
        """Change a setting of the running server, for all its sessions."""
        with self._superuser() as connection:
            connection.execute("SET default_transaction_read_only = off")
            connection.execute(f"ALTER SYSTEM SET {name} = '{value}'".encode())
            connection.execute("SELECT pg_reload_conf()")

    @contextmanager
    def suspended(self) -> Iterator[None]:
        """Stop all processes of the server by SIGSTOP: it accepts connections, but never answers.

        The clients on this machine still see open sockets, as with a virtual machine that pauses.
        """
        with suspended(self.pid):
            yield

    def new_database(self, options: str = "") -> str:
        """Return the connection string of a new, empty database.

        Args:
            options: further options of CREATE DATABASE.
        """
        name = f"studio_{secrets.token_hex(4)}"
        with self._superuser() as connection:
            connection.execute(f"CREATE DATABASE {name} OWNER {USER} {options}".encode())
        return f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{name}"

    def execute(self, url: str, statement: str) -> None:
        """Execute a statement in a database as the superuser."""
        name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
        with self._superuser(str(name)) as connection:
            connection.execute(statement.encode())

    def cut_connections(self) -> int:
        """Cut every connection of the pack, and return their number."""
        statement = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s"
        with self._superuser() as connection:
            return connection.execute(statement, (USER,)).rowcount


def wait_until(condition: Callable[[], Any], seconds: float = 20) -> None:
    """Wait until a condition is true; fail after a timeout."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"The condition was not true within {seconds} s."
        time.sleep(0.02)
