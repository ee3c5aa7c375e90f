"""Names of files and folders from what people call things; none can leave its folder."""

import re

from ...frames import InputError
from ..job import Job

DEFAULT_TEMPLATE = "{project}/{episode}/{scene}/{shot}/{character}"
NAMELESS = "anime"  # where nothing in the template has a value
LONGEST_PART = 180  # bytes; file systems allow 255, a counter and a suffix follow

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
SEPARATOR = re.compile(r"[/\\]+")
# Control characters, and what Windows refuses in a name.
FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
# Windows takes these for devices, whatever follows the first dot.
DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[\d¹²³])(\..*)?", re.IGNORECASE)


def file_prefix(template: str, job: Job) -> str:
    """Where a job's files go: a path below the output folder, without counter and suffix.

    Each part between slashes is made a plain name of its own, so that neither a template nor a
    job's name leads out of the folder; parts that stay empty are left out.

    Args:
        template: with `{project}`, `{episode}`, `{scene}`, `{shot}`, `{character}`, `{tags}` and
            `{job}` (the job's id); ComfyUI's own `%date%` placeholders are left to ComfyUI.
        job: whose file it is.

    Returns:
        The path, relative, with forward slashes.

    Raises:
        InputError: the template names something else.
    """
    values = {
        "project": job.project,
        "episode": job.episode,
        "scene": job.scene,
        "shot": job.shot,
        "character": job.character,
        "tags": "-".join(job.tags),
        "job": str(job.id),
    }

    def value(found: re.Match[str]) -> str:
        if found[1] not in values:
            known = ", ".join(f"{{{name}}}" for name in values)
            raise InputError("filename", f"only {known}", found[0], "Correct the file name.")
        return FORBIDDEN.sub("_", values[found[1]]).replace("%", "_")

    parts = [plain_name(PLACEHOLDER.sub(value, part)) for part in SEPARATOR.split(template)]
    return "/".join(part for part in parts if part) or NAMELESS


def plain_name(text: str) -> str:
    """A text as one file's or folder's name on any system.

    Returns:
        At most `LONGEST_PART` bytes, without slashes or what Windows refuses; "" where nothing
        is left.
    """
    short = FORBIDDEN.sub("_", text).encode("utf-8", "replace")[:LONGEST_PART]
    name = short.decode(errors="ignore").strip(" .")
    return f"_{name}" if DEVICE.fullmatch(name) else name
