"""Start of the quickstart's ComfyUI with the pack, with messages on the terminal."""

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .comfyui_client import ComfyClient
from .comfyui_process import ComfyUIProcess, ServerFailed, command_line, free_port, plain_lines
from .console import LiveLine, duration_text, say
from .places import PACK_NAME, ComfyUI, Home, Refusal
from .steps import TAIL, StepFailed

# Node of the pack that shows whether the pack was loaded: ComfyUI starts even if loading failed.
PROBE_NODE = "AnimeSampleClip"


@contextmanager
def running_comfyui(home: Home, comfyui: ComfyUI, port: int | None) -> Iterator[ComfyUIProcess]:
    """Start ComfyUI with the pack, and stop it at the end of the `with` block.

    Raises:
        Refusal: the port cannot be used.
        StepFailed: ComfyUI did not start, or the pack did not load.
    """
    port = _usable_port(port or 0)
    device = _accelerator(home.python)
    say(f"  ComfyUI ({comfyui.origin}), on {device or 'the CPU'} ...")
    log = home.logs / "comfyui-server.log"
    log.write_bytes(b"")
    # No bytecode may be written into the folders of the user's own ComfyUI.
    bytecode = {"PYTHONPYCACHEPREFIX": str(home.root / "bytecode")} if comfyui.existing else {}
    command = server_command(home, comfyui, cpu=device is None)
    server = ComfyUIProcess(command, home.base, log, bytecode, port)
    try:
        with LiveLine() as live:
            server.start(waiting=lambda: live.show("".join(server.tail(1))))
            _check_pack(server)
        say(f"  ComfyUI: answers at {server.address} after {duration_text(live.seconds)}")
        yield server
    except ServerFailed as failure:
        raise StepFailed(failure.reason, failure.lines[-TAIL:], log=log) from failure
    finally:
        server.stop()


def server_command(home: Home, comfyui: ComfyUI, cpu: bool) -> list[str]:
    """Return the command that starts ComfyUI with nothing but the pack."""
    arguments = []
    if comfyui.existing:
        paths = home.base / "models-of-existing-comfyui.yaml"
        paths.write_text(model_paths(comfyui.source), encoding="utf-8")
        arguments += ["--extra-model-paths-config", str(paths)]
    if cpu:
        arguments.append("--cpu")
    return command_line(home.python, comfyui.source, home.base, [PACK_NAME], arguments)


def model_paths(source: Path) -> str:
    """Return the text of a file of extra model paths, with every model folder of a ComfyUI.

    ComfyUI reads YAML. The text is JSON, which is valid YAML and quotes any path correctly.

    Args:
        source: root of that ComfyUI.
    """
    models = source / "models"
    folders = sorted(models.iterdir()) if models.is_dir() else []
    kinds = {folder.name: str(folder) for folder in folders if folder.is_dir()}
    return json.dumps({"existing_comfyui": kinds}, indent=1)


def _accelerator(python: Path) -> str | None:
    """Return the kind of accelerator that PyTorch can use, or None.

    Without one, ComfyUI needs the option --cpu.
    """
    question = (
        "import torch\n"
        "kinds = {'CUDA': torch.cuda, 'XPU': torch.xpu, 'MPS': torch.backends.mps}\n"
        "print(*[name for name, kind in kinds.items() if kind.is_available()][:1])"
    )
    answer = subprocess.run([python, "-c", question], capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        raise StepFailed(
            "PyTorch cannot be imported",
            answer.stderr.splitlines()[-TAIL:],
            "Remove the environment with: quickstart.py clean, and run this again.",
        )
    return answer.stdout.strip() or None


def _usable_port(port: int) -> int:
    """Return `port`, or any free one for 0."""
    try:
        return free_port(port)
    except OSError as error:
        raise Refusal(
            f"Port {port} cannot be used ({error.strerror}). "
            "Give another --port, or leave it out for a free one."
        ) from error


def _check_pack(server: ComfyUIProcess) -> None:
    if PROBE_NODE not in ComfyClient(server.address).get(f"/object_info/{PROBE_NODE}"):
        reason = f"ComfyUI started, but the pack did not load: it has no {PROBE_NODE}"
        raise StepFailed(reason, around_import_failure(plain_lines(server.log)), log=server.log)


def around_import_failure(lines: list[str]) -> list[str]:
    """Return the lines of a log up to the error about the pack, or the last lines without one."""
    error_line = re.compile(f"(Cannot import|Error while calling).*{re.escape(PACK_NAME)}")
    for number, line in enumerate(lines):
        if error_line.search(line):
            return lines[max(0, number - TAIL) : number + 1]
    return lines[-TAIL:]
