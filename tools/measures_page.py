"""Generator of the tables of measures and limits in docs/measures.md.

The text between the tables is written by hand, and the generator keeps it.
"""

from collections.abc import Sequence

from ..models.character.sheet_measures import MEASURES as SHEET
from ..models.measure import Measure
from ..models.measurement import Better
from ..models.measures import MEASURES
from ..models.profile import Profile, load_profile
from .comfyui import PACK
from .help_pages import table_of

PAGE = PACK / "docs" / "measures.md"
PROFILES = ("hero", "supporting", "background", "draft")
HEAD = "| measure | what it measures | unit | hero | supporting | background | draft | backend |"
SHEET_HEAD = "| measure of a sheet | what it measures | unit |"
# Titles of the sections that hold the tables, by subject.
TITLES = {
    "character": "## Character",
    "loop": "## Loop",
    "still_quality": "## Stills",
    "clip_quality": "## Clips",
    "comparison": "## Comparison",
}
# Text for measures that declare no backend, by subject; a dash for all other subjects.
NO_BACKEND = {"character": "the Identity Model's"}
SIGNS = {Better.LOWER: "≤ ", Better.HIGHER: "≥ ", Better.BAND: ""}


def table(subject: str) -> list[str]:
    """Return the lines of the table of a subject, such as "loop"."""
    by_profile = [
        (profile, profile.applied(subject, *MEASURES[subject]))
        for profile in map(load_profile, PROFILES)
    ]
    lines = [HEAD, "|" + " --- |" * HEAD.count(" | ") + " --- |"]
    for index, measure in enumerate(MEASURES[subject]):
        limits = [limit(profile, measures[index]) for profile, measures in by_profile]
        backend = f"`{measure.backend}`" if measure.backend else NO_BACKEND.get(subject, "–")
        cells = (f"`{measure.name}`", measure.answers_to, measure.unit, *limits, backend)
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def limit(profile: Profile, measure: Measure) -> str:
    """Return a measure's limit in a profile: bold if a verdict needs it, a dash if it has none."""
    if measure.name == "similarity":
        return f"**leeway {profile.leeway:g}**"
    if measure.threshold is None:
        return "–"
    ends = measure.threshold if isinstance(measure.threshold, tuple) else (measure.threshold,)
    text = SIGNS[measure.better] + "–".join(f"{each:g}" for each in ends)
    return f"**{text}**" if measure.required else text


def sheet_table() -> list[str]:
    """Return the lines of the table of a Character Sheet's measures, which have no profiles."""
    rows = [f"| `{each.name}` | {each.answers_to} | {each.unit} |" for each in SHEET]
    return [SHEET_HEAD, "| --- | --- | --- |", *rows]


def with_tables(page: str) -> str:
    """Return the page with up-to-date tables."""
    lines = page.split("\n")
    for subject, title in TITLES.items():
        lines[table_of(lines, lines.index(HEAD, lines.index(title)))] = table(subject)
    lines[table_of(lines, lines.index(SHEET_HEAD))] = sheet_table()
    return "\n".join(lines)


def generate(chosen: Sequence[str] = ()) -> None:
    """Write the tables of the page."""
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(PAGE)
