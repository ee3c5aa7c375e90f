"""What a process uses: threads, handles, connections to the database, memory."""

from dataclasses import dataclass

import psutil  # type: ignore[import-untyped]


@dataclass(frozen=True)
class Usage:
    """Use of the system by one process at one moment.

    Attributes:
        threads: number of threads.
        handles: number of open files, sockets and pipes.
        connections: number of connections to the database.
        memory: memory of the process alone in MB, without pages that it shares with others.
    """

    threads: int
    handles: int
    connections: int
    memory: float


def usage_of(process: psutil.Process, port: int) -> Usage:
    """Return what a process uses now.

    Args:
        process: the process.
        port: port of the database on this machine.
    """
    connections = [
        each
        for each in process.net_connections("tcp")
        if each.raddr and each.raddr.port == port and each.status == psutil.CONN_ESTABLISHED
    ]
    return Usage(
        threads=process.num_threads(),
        handles=process.num_fds(),
        connections=len(connections),
        memory=process.memory_full_info().uss / 1e6,
    )
