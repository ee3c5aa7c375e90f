"""A real ComfyUI server for tests: its own folders, its own port, ended with nothing left over."""

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from ...quickstart_steps.comfyui_process import (
    STOP_SECONDS,
    ComfyUIProcess,
    ServerFailed,
    command_line,
)

__all__ = ["STOP_SECONDS", "ComfyServer", "ServerFailed"]


class ComfyServer(ComfyUIProcess):
    """One ComfyUI process, as a `with` block.

    Its base directory holds models, input, output, user and the packs, which are linked into
    `custom_nodes` under the names that are given.

    Args:
        comfyui: root of ComfyUI's source.
        base: a directory for everything that it reads and writes.
        packs: directory name in `custom_nodes` -> the pack's real place.
        arguments: further command-line arguments.
        environment: variables that are added to this process's own; None removes one.
    """

    boot_seconds = 180.0  # less than a test may take; about 12 on two idle cores

    def __init__(
        self,
        comfyui: Path,
        base: Path,
        packs: Mapping[str, Path],
        arguments: Sequence[str] = ("--cpu",),
        environment: Mapping[str, str | None] | None = None,
    ) -> None:
        self.comfyui, self.base = comfyui, base
        for name in ("custom_nodes", "models/diffusion_models", "models/vae", "input", "output"):
            (base / name).mkdir(parents=True, exist_ok=True)
        for name, place in packs.items():
            link = base / "custom_nodes" / name
            if not link.exists():
                link.symlink_to(place, target_is_directory=True)
        command = command_line(sys.executable, comfyui, base, list(packs), arguments)
        super().__init__(command, base, base / "server.log", environment)

    def last_lines(self) -> str:
        """Return the end of the log."""
        return "\n".join(self.tail())

    def databases(self) -> list[int]:
        """Return the process ids of the embedded database servers below its base that run."""
        process_ids = [
            int(file.read_text().split()[0]) for file in self.base.rglob("postmaster.pid")
        ]
        return [each for each in process_ids if _runs(each)]

    def end_databases(self) -> list[int]:
        """End the embedded database servers that still run; none should after a clean stop."""
        left = self.databases()
        for process_id in left:
            os.kill(process_id, signal.SIGQUIT if os.name == "posix" else signal.SIGTERM)
        return left

    def __enter__(self) -> "ComfyServer":
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def _runs(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    status = Path(f"/proc/{process_id}/stat")
    # A zombie has ended; only its parent has not asked yet.
    return not (status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z")
