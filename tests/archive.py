"""Archive of the Comfy registry, and its life in `custom_nodes`, as ComfyUI-Manager leads it.

`comfy node pack` puts the files of git that `.comfyignore` doesn't name into a ZIP file. The
manager unpacks it into a folder with the pack's id, and notes the files. An update is unpacked over
the older files; then those that only the older one had are deleted. To uninstall is to delete the
folder.
"""

import subprocess
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from anime_production.tools.comfyui import PACK

PACK_ID = "anime-production"  # the project's name in pyproject.toml
IGNORED = ".comfyignore"
TRACKING = ".tracking"
# The commit before the version became 0.2.0.
RELEASED_0_1_0 = "accabf27963eb4a7c5ff84d62b91e2ace7bf660c"


def git(*arguments: str, text: str | None = None) -> str:
    """Run git in the checkout, and return what it wrote."""
    result = subprocess.run(
        ["git", *arguments], input=text, capture_output=True, cwd=PACK, encoding="utf-8"
    )
    assert result.stderr == "", result.stderr
    return result.stdout


def left_out(files: list[str], patterns: Path = PACK / IGNORED) -> list[str]:
    """Return the files that patterns in the form of .gitignore name."""
    options = ("-c", f"core.excludesFile={patterns}", "-c", "core.quotePath=false")
    return git(
        *options, "check-ignore", "--no-index", "--stdin", text="\n".join(files)
    ).splitlines()


def archived_files() -> list[str]:
    """Return the files that the archive of the checkout has."""
    files = git("-c", "core.quotePath=false", "ls-files").splitlines()
    return sorted(set(files) - set(left_out(files)))


def pack_now(archive: Path) -> Path:
    """Write the archive of the checkout, with changes that are not committed."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for name in archived_files():
            if (PACK / name).exists():  # comfy-cli leaves out what was deleted, too
                file.write(PACK / name, name)
    return archive


def pack_of(commit: str, folder: Path) -> Path:
    """Write the archive of a commit, or skip the test if git doesn't have it here."""
    command = ["git", "archive", "--format=zip", commit]
    result = subprocess.run(command, capture_output=True, cwd=PACK)
    if result.returncode != 0:
        pytest.skip(f"the history has no commit {commit[:7]} here")
    with zipfile.ZipFile(BytesIO(result.stdout)) as everything:
        patterns = folder / f"{commit[:7]}.comfyignore"
        patterns.write_bytes(everything.read(IGNORED))
        files = [entry.filename for entry in everything.infolist() if not entry.is_dir()]
        ignored = set(left_out(files, patterns))
        archive = folder / f"{commit[:7]}.zip"
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
            for name in files:
                if name not in ignored:
                    packed.writestr(name, everything.read(name))
    return archive


def install(archive: Path, custom_nodes: Path) -> Path:
    """Install an archive, or update the pack to it, and return the pack's folder."""
    pack = custom_nodes / PACK_ID
    tracking = pack / TRACKING
    before = set(tracking.read_text(encoding="utf-8").splitlines()) if pack.exists() else set()
    pack.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive) as file:
        file.extractall(pack)
        names = file.namelist()
    for name in before.difference(names):
        (pack / name).unlink(missing_ok=True)
    tracking.write_text("\n".join(names), encoding="utf-8")
    return pack
