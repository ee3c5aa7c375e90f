"""The score falls from the first visible change of a character on."""

import colorsys
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch

from anime_production.models.character.character_score import score_characters
from anime_production.models.character.sheet import make_character
from anime_production.models.sample.canvas import SUPERSAMPLING, Canvas
from anime_production.models.sample.characters import CHARACTERS
from anime_production.models.sample.drawing import draw_character
from anime_production.models.sample.pose import pose_at

WIDTH, HEIGHT = 192, 240
GROUND = (110, 205, 110)  # no character has it, whatever changes


def drawn(character, cycle):
    ground = np.empty((HEIGHT * SUPERSAMPLING, WIDTH * SUPERSAMPLING, 3), np.uint8)
    ground[:] = GROUND
    canvas = Canvas(ground)
    draw_character(canvas, character, pose_at(cycle))
    return torch.from_numpy(canvas.finished().astype(np.float32) / 255)


def turned(colour, degrees):
    hue, light, saturation = colorsys.rgb_to_hls(*(each / 255 for each in colour))
    rgb = colorsys.hls_to_rgb((hue + degrees / 360) % 1, light, saturation)
    return tuple(255 * each for each in rgb)


def darker(colour, amount):
    hue, light, saturation = colorsys.rgb_to_hls(*(each / 255 for each in colour))
    return tuple(255 * each for each in colorsys.hls_to_rgb(hue, light - amount, saturation))


@pytest.fixture(scope="module")
def score(palette_model):
    """Score of a changed character against a sheet of the same character unchanged."""
    sheets = [
        make_character("she", torch.stack([drawn(each, t) for t in (0.0, 0.3, 0.6)]), palette_model)
        for each in CHARACTERS
    ]

    def measure(number, character):
        frame = drawn(character, 0.15)[None]
        report = score_characters(frame, [sheets[number][0]], palette_model).report
        return report.measurements[0].score

    return measure


@pytest.mark.parametrize("number", range(len(CHARACTERS)))
@pytest.mark.parametrize(
    "change",
    [
        lambda each, step: replace(each, hair=turned(each.hair, 10 * step)),
        lambda each, step: replace(each, hair=darker(each.hair, 0.05 * step)),
        lambda each, step: replace(each, outfit=darker(each.outfit, 0.06 * step)),
    ],
    ids=["hue of the hair", "lightness of the hair", "lightness of the outfit"],
)
def test_each_step_of_a_colour_scores_lower(score, number, change):
    character = CHARACTERS[number]
    scores = [score(number, change(character, step)) for step in range(6)]
    assert all(before > after for before, after in pairwise(scores)), scores


@pytest.mark.parametrize("number", range(len(CHARACTERS)))
def test_another_outfit_and_another_hairstyle_score_lower(score, number):
    character, other = CHARACTERS[number], CHARACTERS[(number + 1) % len(CHARACTERS)]
    same = score(number, character)
    outfit = replace(character, outfit=other.outfit, collar=other.collar, shirt=other.shirt)
    hairstyle = replace(
        character,
        back_length=other.back_length,
        side_length=other.side_length,
        twin_tails=other.twin_tails,
        ponytail=other.ponytail,
        fringe=other.fringe,
    )
    assert score(number, outfit) < same
    assert score(number, hairstyle) < same
