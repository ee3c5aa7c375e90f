"""What the help page says of clean pictures is what they measure."""

import re

import pytest

from anime_production.benchmarks.kinds import clean_pictures
from anime_production.models.measure import number_of
from anime_production.models.quality.still.learned import LEARNED
from anime_production.models.quality.still.score import measure_picture
from anime_production.models.quality.still.still_measures import MEASURES

from ..comfyui import PACK
from ..layers import NO_ASSETS

PAGE = PACK / "web" / "client" / "docs" / "AnimeStillQuality.md"
KINDS = ("cel", "sketch", "painted")
NUMBER = re.compile(r"[\d.]+")


def said() -> dict[str, dict[str, list[float]]]:
    """By measure and kind, the range that the page's tables give."""
    found: dict[str, dict[str, list[float]]] = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        names = re.findall(r"`(\w+)`", cells[0])
        if len(cells) != 6 or not names:
            continue
        for place, name in enumerate(names):
            found[name] = {}
            for kind, cell in zip(KINDS, cells[3:], strict=True):
                parts = cell.split(", ")
                numbers = [
                    float(each) for each in NUMBER.findall(parts[min(place, len(parts) - 1)])
                ]
                found[name][kind] = numbers
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_a_clean_picture_has_the_values_that_the_help_page_gives_its_kind(kind):
    pictures = clean_pictures()[kind]
    if not pictures:
        pytest.skip(NO_ASSETS)
    ranges = said()
    assert set(ranges) == {each.name for each in MEASURES}
    values = measure_picture(pictures[0][0])
    for measure in MEASURES:
        if measure in LEARNED:
            continue
        least, most = min(ranges[measure.name][kind]), max(ranges[measure.name][kind])
        room = 0.02 * (measure.high - measure.low)  # the page rounds
        assert least - room <= number_of(values[measure.name]) <= most + room, measure.name
