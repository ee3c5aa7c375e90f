"""The faults of the soak test: what breaks, for how long, and how it's put right again."""

import random
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..models.jobs.postgres import SystemPostgres
from .machine import Machine
from .proxy import Proxy

SERVER_SECONDS = 60.0  # until PostgreSQL has recovered


@dataclass(frozen=True)
class Site:
    """What the faults can break.

    Attributes:
        postgres: server of the database.
        proxy: proxy between the machines and the server.
        machines: the ComfyUI processes; the first is never killed, so that its use of memory can
            be compared over the whole run.
        postgres_disk: folder in memory of limited size with the server's data; None if this user
            may not mount one.
        outbox_disk: the same with the outbox of the first machine.
    """

    postgres: SystemPostgres
    proxy: Proxy
    machines: Sequence[Machine]
    postgres_disk: Path | None
    outbox_disk: Path | None


Fault = Callable[[Site, random.Random], str]  # breaks, waits, mends; returns what was done


def kill(site: Site, chance: random.Random) -> str:
    """Kill a ComfyUI as a power cut does, and start it again."""
    seconds = choose(chance, 0.0, 10.0)
    site.machines[-1].restart_after_kill(seconds)
    return f"{site.machines[-1].name}, started again after {seconds} s"


def suspend(site: Site, chance: random.Random) -> str:
    """Suspend a ComfyUI."""
    machine, seconds = chance.choice(list(site.machines)), choose(chance, 5.0, 90.0)
    machine.suspend(seconds)
    return f"{machine.name}, {seconds} s"


def restart_database(site: Site, chance: random.Random) -> str:
    """Stop PostgreSQL as a crash does, and start it again."""
    seconds = choose(chance, 0.0, 30.0)
    site.postgres.stop()
    time.sleep(seconds)
    site.postgres.start()
    return f"{seconds} s away"


def hang_database(site: Site, chance: random.Random) -> str:
    """Suspend all processes of PostgreSQL."""
    seconds = choose(chance, 5.0, 60.0)
    with site.postgres.suspended():
        time.sleep(seconds)
    return f"{seconds} s"


def cut_connections(site: Site, chance: random.Random) -> str:
    """Cut all connections to the database, several times."""
    times = chance.randint(1, 10)
    count = 0
    for _ in range(times):
        count += site.postgres.cut_connections()
        time.sleep(0.5)
    return f"{count} connections"


def read_only(site: Site, chance: random.Random) -> str:
    """Let PostgreSQL accept nothing that writes."""
    seconds = choose(chance, 5.0, 40.0)
    site.postgres.configure("default_transaction_read_only", "on")
    try:
        time.sleep(seconds)
    finally:
        site.postgres.configure("default_transaction_read_only", "off")
    return f"{seconds} s"


def refuse_network(site: Site, chance: random.Random) -> str:
    """Refuse new connections to the database, and cut those that are open."""
    seconds = choose(chance, 5.0, 60.0)
    site.proxy.refuse()
    try:
        count = site.postgres.cut_connections()
        time.sleep(seconds)
    finally:
        site.proxy.accept()
    return f"{seconds} s, {count} connections cut"


def fill_database_disk(site: Site, chance: random.Random) -> str:
    """Fill the disk of PostgreSQL's data; it may end, and is then started again."""
    assert site.postgres_disk is not None
    seconds = choose(chance, 5.0, 30.0)
    with full(site.postgres_disk):
        time.sleep(seconds)
    end = time.monotonic() + SERVER_SECONDS
    while not site.postgres.answers():
        assert time.monotonic() < end, "PostgreSQL doesn't recover from the full disk."
        if not site.postgres.runs():
            site.postgres.start()
        time.sleep(1.0)
    return f"{seconds} s"


def fill_outbox_disk(site: Site, chance: random.Random) -> str:
    """Fill the disk of a machine's outbox."""
    assert site.outbox_disk is not None
    seconds = choose(chance, 5.0, 30.0)
    with full(site.outbox_disk):
        time.sleep(seconds)
    return f"{site.machines[0].name}, {seconds} s"


def turn_clock_back(site: Site, chance: random.Random) -> str:
    """Put a machine's clock back by an hour, and right again."""
    machine, seconds = chance.choice(list(site.machines)), choose(chance, 20.0, 60.0)
    machine.clock.put_back()
    try:
        time.sleep(seconds)
    finally:
        machine.clock.put_right()
    return f"{machine.name}, {seconds} s"


def faults_of(site: Site) -> dict[str, Fault]:
    """Return the faults that can be made here, by name."""
    faults: dict[str, Fault] = {
        "SIGKILL": kill,
        "SIGSTOP": suspend,
        "database restarted": restart_database,
        "database hung": hang_database,
        "connections cut": cut_connections,
        "read-only": read_only,
        "network refused": refuse_network,
    }
    if site.postgres_disk is not None:
        faults["database's disk full"] = fill_database_disk
    if site.outbox_disk is not None:
        faults["outbox's disk full"] = fill_outbox_disk
    if all(machine.clock.can_be_changed for machine in site.machines):
        faults["clock an hour back"] = turn_clock_back
    return faults


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """Leave no free byte on a disk for the time of the `with` block."""
    filler = disk / "filler"
    with filler.open("wb") as file:
        try:
            while free := shutil.disk_usage(disk).free:
                file.write(bytes(min(free, 1 << 20)))
                file.flush()
        except OSError:
            pass  # the last pages were taken by somebody else
    try:
        yield
    finally:
        filler.unlink()


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path | None]:
    """Mount a disk of limited size in memory; give None if this user may not do that."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "soak", str(folder)]
    try:
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        mounted = False
    try:
        yield folder if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=False)


def choose(chance: random.Random, least: float, most: float) -> float:
    """Return a number of seconds between two bounds."""
    return round(chance.uniform(least, most), 1)
