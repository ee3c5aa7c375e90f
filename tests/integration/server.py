"""Real ComfyUI server for tests, with its own folders and port, which stops without leftovers."""

import os
import signal
import sys
import time
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
    """ComfyUI process that runs as long as a `with` block.

    Its base directory holds models, input, output, user files, and links to the packs in
    `custom_nodes`.

    Args:
        comfyui: root of ComfyUI's source.
        base: directory for everything that ComfyUI reads and writes.
        packs: path of each pack, by the name of its link in `custom_nodes`.
        arguments: further command-line arguments of ComfyUI.
        environment: variables added to the environment of this process; None removes a variable.
    """

    boot_seconds = (
        180.0  # less than the timeout of a test; a start takes about 12 s on two idle cores
    )

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
        for name, pack in packs.items():
            link = base / "custom_nodes" / name
            if not link.exists():
                link.symlink_to(pack, target_is_directory=True)
        command = command_line(sys.executable, comfyui, base, list(packs), arguments)
        super().__init__(command, base, base / "server.log", environment)

    def last_lines(self) -> str:
        """Return the end of the log."""
        return "\n".join(self.tail())

    def databases(self) -> list[int]:
        """Return the process ids of running embedded database servers below the base directory."""
        process_ids = [
            int(file.read_text().split()[0]) for file in self.base.rglob("postmaster.pid")
        ]
        return [each for each in process_ids if _runs(each)]

    def end_databases(self) -> list[int]:
        """End the embedded database servers that still run, and return their process ids.

        After a clean stop of ComfyUI there should be none: it has told them to end, and with a slow
        disk that takes a little longer than its own end.
        """
        deadline = time.monotonic() + STOP_SECONDS
        while (running := self.databases()) and time.monotonic() < deadline:
            time.sleep(0.1)
        for process_id in running:
            os.kill(process_id, signal.SIGQUIT if os.name == "posix" else signal.SIGTERM)
        return running

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
    # A zombie has ended, but its parent has not read its exit status yet.
    return not (status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z")
