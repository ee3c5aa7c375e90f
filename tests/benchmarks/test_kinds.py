"""What the help page says of clean pictures is what they measure."""

import re

import pytest

from anime_production.benchmarks.kinds import clean_pictures
from anime_production.models.measure import number_of
from anime_production.models.quality.still.learned import LEARNED
from anime_production.models.quality.still.still_measures import MEASURES
from anime_production.models.quality.still.still_quality import measure_picture
from anime_production.tools.help_pages import DOCS
from anime_production.tools.help_tables import kinds_of

from ..layers import NO_ASSETS

KINDS = ("cel", "sketch", "painted")
NUMBER = re.compile(r"[\d.]+")


def ranges() -> dict[str, dict[str, list[float]]]:
    """Return the range that the help page gives of each measure and kind."""
    page = (DOCS / "AnimeStillQuality.md").read_text(encoding="utf-8").split("\n")
    cells = kinds_of([line for line in page if line.startswith("| `")])
    return {
        name: {
            kind: list(map(float, NUMBER.findall(cell)))
            for kind, cell in zip(KINDS, row, strict=True)
        }
        for name, row in cells.items()
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_clean_picture_has_the_values_that_the_help_page_gives_its_kind(kind):
    pictures = clean_pictures()[kind]
    if not pictures:
        pytest.skip(NO_ASSETS)
    given = ranges()
    assert set(given) == {each.name for each in MEASURES}
    values = measure_picture(pictures[0][0])
    for measure in MEASURES:
        if measure in LEARNED:
            continue
        assert given[measure.name][kind], (
            f"{measure.name}: fill the columns of the English page by hand, as"
            " `python quickstart.py bench kinds` prints them"
        )
        least, most = min(given[measure.name][kind]), max(given[measure.name][kind])
        room = 0.02 * (measure.high - measure.low)  # the page rounds
        assert least - room <= number_of(values[measure.name]) <= most + room, measure.name
