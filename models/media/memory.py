"""Main memory that is free for frames, with the limits of containers and of the process."""

from pathlib import Path, PurePosixPath

import psutil  # type: ignore[import-untyped]

from ..frames import InputError

try:
    import resource
except ImportError:  # Windows has no limits of this kind
    resource = None  # type: ignore[assignment]

CGROUPS, OF_PROCESS = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")
# Limit, use, and the line of `memory.stat` with files that are given back on demand: version 2 of
# control groups, then version 1, whose memory controller has a folder of its own.
VERSION_2 = ("memory.max", "memory.current", "inactive_file")
VERSION_1 = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
ROOM = 256 << 20  # bytes left to decoders and to everything else
GIGABYTE = 1e9


def available_memory() -> int:
    """Return how many bytes of main memory this process can still take."""
    available = [psutil.virtual_memory().available, *_left_by_containers()]
    if resource is not None:
        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        if limit != resource.RLIM_INFINITY:
            available.append(limit - psutil.Process().memory_info().vms)
    return max(0, min(available))


def refuse_too_large(name: str, bytes_needed: int, content: str) -> None:
    """Refuse frames for which the main memory has no room, before anything is decoded.

    Args:
        name: name of the input or of the file, for the error.
        bytes_needed: bytes of the decoded frames.
        content: the frames in words, such as "800 frames of 1024×576".

    Raises:
        InputError: the frames don't fit.
    """
    available = available_memory()
    if bytes_needed + ROOM > available:
        raise too_large(name, bytes_needed, content, available)


def too_large(name: str, bytes_needed: int, content: str, available: int) -> InputError:
    """Return the error for frames that don't fit into the main memory.

    Args:
        name: name of the input or of the file.
        bytes_needed: bytes of the decoded frames.
        content: the frames in words.
        available: bytes that are free.
    """
    return InputError(
        name,
        f"frames that fit into the {available / GIGABYTE:.1f} GB of free memory",
        f"{content}, which take {bytes_needed / GIGABYTE:.1f} GB",
        "Load fewer or smaller frames, or close other programs.",
    )


def _left_by_containers() -> list[int]:
    """Return the bytes that each control group around this process leaves to it (Linux)."""
    try:
        lines = OF_PROCESS.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    left = []
    for line in lines:
        _, controllers, group = line.split(":", 2)
        if not controllers:
            left += _left_in(CGROUPS, group, VERSION_2)
        elif "memory" in controllers.split(","):
            left += _left_in(CGROUPS / "memory", group, VERSION_1)
    return left


def _left_in(root: Path, group: str, names: tuple[str, str, str]) -> list[int]:
    """Return the bytes that a control group and the groups around it leave.

    Inside of a container the folder is often the group itself, so the folder counts too.
    """
    path = PurePosixPath(group.lstrip("/"))
    folders = [root / each for each in (path, *path.parents) if ".." not in each.parts]
    left = (_left_by(folder, *names) for folder in dict.fromkeys([*folders, root]))
    return [each for each in left if each is not None]


def _left_by(folder: Path, limit: str, used: str, reclaimable: str) -> int | None:
    """Return the bytes that one control group leaves; None if it has no limit."""
    try:
        most = int((folder / limit).read_text(encoding="ascii"))
        taken = int((folder / used).read_text(encoding="ascii"))
        statistics = (folder / "memory.stat").read_text(encoding="ascii").split()
    except (OSError, ValueError):  # no such group, or the limit is the word `max`
        return None
    numbers = dict(zip(statistics[::2], statistics[1::2], strict=False))
    return most - (taken - int(numbers.get(reclaimable, 0)))
