"""Tables of measures and limits in docs/measures.md, written from the measures and the profiles.

The text between the tables is kept.
"""

from collections.abc import Sequence

from ..models.character.sheet_measures import MEASURES as SHEET
from ..models.measure import Measure
from ..models.measurement import Better
from ..models.measures import MEASURES
from ..models.profile import Profile, load_profile
from .comfyui import PACK

PAGE = PACK / "docs" / "measures.md"
PROFILES = ("hero", "supporting", "background", "draft")
HEAD = "| measure | what it measures | unit | hero | supporting | background | draft | backend |"
SHEET_HEAD = "| measure of a sheet | what it measures | unit |"
TITLES = {
    "character": "## Character",
    "loop": "## Loop",
    "still_quality": "## Stills",
    "clip_quality": "## Clips",
    "comparison": "## Comparison",
}  # of the sections that hold a family's table
SIGNS = {Better.LOWER: "≤ ", Better.HIGHER: "≥ ", Better.BAND: ""}


def table(subject: str) -> list[str]:
    """Return the lines of a family's table."""
    by_profile = [
        (profile, profile.applied(subject, *MEASURES[subject]))
        for profile in map(load_profile, PROFILES)
    ]
    lines = [HEAD, "|" + " --- |" * HEAD.count(" | ") + " --- |"]
    for place, measure in enumerate(MEASURES[subject]):
        limits = [limit(profile, measures[place]) for profile, measures in by_profile]
        backend = f"`{measure.backend}`" if measure.backend else "the Identity Model's"
        cells = (f"`{measure.name}`", measure.answers_to, measure.unit, *limits, backend)
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def limit(profile: Profile, measure: Measure) -> str:
    """Return the limit of a measure in a profile: bold where it counts, a dash without one."""
    if measure.name == "similarity":
        return f"**leeway {profile.leeway:g}**"
    if measure.threshold is None:
        return "–"
    ends = measure.threshold if isinstance(measure.threshold, tuple) else (measure.threshold,)
    text = SIGNS[measure.better] + "–".join(f"{each:g}" for each in ends)
    return f"**{text}**" if measure.required else text


def sheet_table() -> list[str]:
    """Return the lines of the table of a Character Sheet's measures, which no profile moves."""
    rows = [f"| `{each.name}` | {each.answers_to} | {each.unit} |" for each in SHEET]
    return [SHEET_HEAD, "| --- | --- | --- |", *rows]


def written(page: str) -> str:
    """Return the page with its tables written anew."""
    lines = page.split("\n")
    for subject, title in TITLES.items():
        lines = _replaced(lines, lines.index(HEAD, lines.index(title)), table(subject))
    return "\n".join(_replaced(lines, lines.index(SHEET_HEAD), sheet_table()))


def _replaced(lines: list[str], start: int, rows: list[str]) -> list[str]:
    """Return the lines of a page with the table that starts at a line replaced."""
    end = next(place for place in range(start, len(lines)) if not lines[place].startswith("|"))
    return [*lines[:start], *rows, *lines[end:]]


def generate(chosen: Sequence[str] = ()) -> None:
    """Write the tables of the page."""
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(PAGE)
