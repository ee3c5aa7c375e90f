"""PostgreSQL started by hand, and folders in which servers can run."""

import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from anime_production.models.jobs.database.embedded import EmbeddedServer
from anime_production.models.jobs.database.migrations import migrate
from anime_production.models.jobs.database.place import place_below
from anime_production.quickstart_steps.comfyui_process import free_port

PASSWORD = "a-secret-word"
USER = "keeper"


@contextmanager
def private_folder(name: str = "__anime") -> Iterator[Path]:
    """A folder as ComfyUI's system user folder is: 0700.

    Not pytest's own temporary folder: PostgreSQL's user may have to pass it, and pytest closes
    its root again whenever a run begins.
    """
    root = Path(tempfile.mkdtemp(prefix="anime-test-", dir=_quick_disk()))
    folder = root / name
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _quick_disk() -> str | None:
    """Memory, where there is enough: every new database waits for the disk."""
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() and shutil.disk_usage(memory).free > 2e9 else None


class EmbeddedPostgres:
    """The pack's embedded PostgreSQL, with as many databases as the tests want."""

    def __init__(self, folder: Path) -> None:
        self._server = EmbeddedServer(place_below(folder))
        self._address = self._server.connection_string()
        self._migrated: str | None = None

    def new_database(self, migrated: bool = False) -> str:
        """Return the connection string of a new database.

        Args:
            migrated: with the newest schema; a copy of one that was migrated once.
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
        """Drop a database, whoever is connected to it."""
        name = psycopg.conninfo.conninfo_to_dict(address)["dbname"]
        self._run(f"DROP DATABASE {name} WITH (FORCE)")

    @property
    def version(self) -> int:
        """Its major version."""
        with psycopg.connect(self._address) as connection:
            return connection.info.server_version // 10000

    def stop(self) -> None:
        """Stop it, cutting its connections."""
        self._server.leave()

    def _create(self, template: str) -> str:
        name = f"test_{secrets.token_hex(4)}"
        # Its files are copied, which takes half the time of copying its pages through the log.
        self._run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return psycopg.conninfo.make_conninfo(self._address, dbname=name)

    def _run(self, command: str) -> None:
        with psycopg.connect(self._address, autocommit=True) as connection:
            connection.execute(command.encode())


class HandmadePostgres:
    """Debian's PostgreSQL, as a studio would run it: TCP, a password, no superuser for us."""

    def __init__(self, folder: Path) -> None:
        self._programs = self._find_programs()
        self._account: dict[str, Any] = {}
        if os.geteuid() == 0:
            import pwd

            try:
                entry = pwd.getpwnam("postgres")
            except KeyError:
                pytest.skip("initdb refuses root, and there is no postgres user here")
            self._account = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": ()}
            folder.chmod(0o755)
            folder.parent.chmod(0o755)
            os.chown(folder, entry.pw_uid, entry.pw_gid)
        self._folder, self._data = folder, folder / "data"
        self.port = free_port()
        self._run("initdb", "-D", self._data, "-U", "postgres", "--auth=trust", "--no-sync")
        access = self._data / "pg_hba.conf"
        access.write_text(f"local all all trust\nhost all {USER} 127.0.0.1/32 scram-sha-256\n")
        self.start()
        with self._superuser() as connection:
            connection.execute(f"CREATE ROLE {USER} LOGIN CREATEDB PASSWORD '{PASSWORD}'".encode())

    @staticmethod
    def _find_programs() -> Path:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        on_path = shutil.which("initdb")
        if not found and on_path is None:
            pytest.skip("no PostgreSQL of the system here (Debian: apt install postgresql)")
        return found[-1].parent if found else Path(str(on_path)).parent

    def _run(self, program: str, *arguments: object) -> None:
        with tempfile.TemporaryFile() as output:
            subprocess.run(
                [str(self._programs / program), *map(str, arguments)],
                check=True,
                stdout=output,
                stderr=output,
                cwd=self._folder,
                **self._account,
            )

    def _superuser(self) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self._folder), port=self.port, user="postgres", dbname="postgres",
            autocommit=True,
        )  # fmt: skip

    def start(self) -> None:
        """Start, and wait until it answers."""
        options = f"-h 127.0.0.1 -p {self.port} -k {self._folder} -F"
        self._run("pg_ctl", "-D", self._data, "-w", "-l", self._folder / "log", "-o", options,
                  "start")  # fmt: skip

    @property
    def pid(self) -> int:
        """Of its postmaster."""
        return int((self._data / "postmaster.pid").read_text().split()[0])

    def stop(self) -> None:
        """Stop at once, as a crash would."""
        self._run("pg_ctl", "-D", self._data, "-w", "-m", "immediate", "stop")

    def new_database(self) -> str:
        """A connection string of an empty database."""
        name = f"studio_{secrets.token_hex(4)}"
        with self._superuser() as connection:
            connection.execute(f"CREATE DATABASE {name} OWNER {USER}".encode())
        return f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{name}"

    def cut_connections(self) -> int:
        """Cut every connection of ours; how many there were."""
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s"
        with self._superuser() as connection:
            return connection.execute(cut, (USER,)).rowcount


def wait_until(true: Any, seconds: float = 20) -> None:
    """Wait until a condition holds, or fail."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
