"""Names of files and folders, made from a job's names so that no path leaves its folder."""

import re

from ...frames import InputError
from ..job import Job

DEFAULT_TEMPLATE = "{project}/{episode}/{scene}/{shot}/{character}"
NAMELESS = "anime"  # name of the files if all parts of the template are empty
# Bytes of a file or folder name. File systems allow 255; a counter and a suffix are appended.
LONGEST_PART = 180

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
SEPARATOR = re.compile(r"[/\\]+")
# Control characters, and the characters that Windows doesn't allow in a name.
FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
# Windows reserves these names for devices, also with any suffix.
DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[\d¹²³])(\..*)?", re.IGNORECASE)


def file_prefix(template: str, job: Job) -> str:
    """Return the path of a job's files below the output folder, without counter and suffix.

    Each part between slashes is turned into a safe name, so that neither a template nor a job's
    name can lead out of the folder. Empty parts are left out.

    Args:
        template: path with the placeholders `{project}`, `{episode}`, `{scene}`, `{shot}`,
            `{character}`, `{tags}` and `{job}` (the job's id). ComfyUI's own placeholders, such as
            `%date%`, stay in the path and are filled in by ComfyUI.
        job: job that writes the files.

    Returns:
        The relative path, with forward slashes.

    Raises:
        InputError: the template contains another placeholder.

    Examples:
        >>> from anime_production.models.jobs.job import new_job
        >>> file_prefix("takes/{project}/{shot}", new_job(None, project="Winter", shot="012"))
        'takes/Winter/012'
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

    def value(match: re.Match[str]) -> str:
        placeholder, name = match[0], match[1]
        if name not in values:
            allowed = ", ".join(f"{{{each}}}" for each in values)
            raise InputError("filename", f"only {allowed}", placeholder, "Correct the file name.")
        return FORBIDDEN.sub("_", values[name]).replace("%", "_")

    parts = [plain_name(PLACEHOLDER.sub(value, part)) for part in SEPARATOR.split(template)]
    return "/".join(part for part in parts if part) or NAMELESS


def plain_name(text: str) -> str:
    """Return a text as the name of a file or folder that every operating system accepts.

    Returns:
        A name of at most `LONGEST_PART` bytes, without slashes and other forbidden characters; ""
        if no character remains.

    Examples:
        >>> plain_name("take 1: rain?")
        'take 1_ rain_'
    """
    short = FORBIDDEN.sub("_", text).encode("utf-8", "replace")[:LONGEST_PART]
    name = short.decode(errors="ignore").strip(" .")
    return f"_{name}" if DEVICE.fullmatch(name) else name
