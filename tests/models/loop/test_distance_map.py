import base64
import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from anime_production.models.figure import FIGURE_SHAPE
from anime_production.models.frames import InputError
from anime_production.models.loop.distance_map import (
    EMPTY,
    MOST_CELLS,
    draw_distance_map,
    map_as_details,
)
from anime_production.models.loop.find import find_loops
from anime_production.models.report import Report, Verdict, merge
from anime_production.models.sample.sample_clip import draw_clip

ORANGE = torch.tensor([0xD5, 0x5E, 0x00]) / 255
GREEN = torch.tensor([0x00, 0x9E, 0x73]) / 255


def marks(picture, colour):
    return int(((picture - colour).abs().amax(dim=-1) < 0.02).sum())


def test_the_map_marks_what_loops_in_another_colour_than_what_does_not():
    clip = draw_clip(50, 64, 64, 12, 0, 0)
    one, three = (find_loops(clip, 12.0, top_k=count).report for count in (1, 3))
    verdicts = [each["verdict"] for each in three.measurements[-1].details["candidates"]]
    assert verdicts[0] == "PASS"
    picture = draw_distance_map(three)
    assert picture.shape == FIGURE_SHAPE
    assert marks(draw_distance_map(one), GREEN) > 0 == marks(draw_distance_map(one), ORANGE)
    assert (marks(picture, ORANGE) > 0) == ("FAIL" in verdicts)
    assert (marks(picture, GREEN) > marks(draw_distance_map(one), GREEN)) == (
        verdicts.count("PASS") > 1
    )


def test_the_map_of_a_clip_that_does_not_loop_marks_nothing_as_a_loop():
    report = find_loops(draw_clip(20, 64, 64, 40, 0, 0), 12.0, top_k=3).report
    assert report.verdict is Verdict.FAIL
    picture = draw_distance_map(report)
    assert marks(picture, ORANGE) > 0 == marks(picture, GREEN)


def test_the_map_is_dark_where_two_frames_are_alike():
    report = find_loops(draw_clip(50, 64, 64, 12, 0, 0), 12.0, top_k=1).report
    top, bottom, left, right = 54, 481, 67, 845  # of the map in the picture
    lengths = report.measurements[-1].details["map"]["lengths"]

    def brightness(length):
        row = round(bottom - (length + 0.5) / lengths * (bottom - top))
        return draw_distance_map(report)[0, row, left + 20 : (left + right) // 2].mean()

    assert brightness(12) < 0.7 * brightness(6)
    assert brightness(24) < 0.7 * brightness(18)


def test_the_map_of_a_clip_that_is_too_short_says_so_without_marks():
    picture = draw_distance_map(find_loops(torch.zeros(2, 64, 64, 3), 12.0).report)
    assert picture.shape == FIGURE_SHAPE
    assert marks(picture, ORANGE) == marks(picture, GREEN) == 0
    dark = (picture < 0.3).all(dim=-1)
    assert dark[0, 200:340, 200:760].any(), "the reason stands in the middle"


def test_the_map_of_a_merge_takes_the_verdict_of_its_search_and_refuses_two_searches():
    found = find_loops(draw_clip(50, 64, 64, 12, 0, 0), 12.0, top_k=1).report
    failed = find_loops(draw_clip(20, 64, 64, 40, 0, 0), 12.0, top_k=1).report
    headline = slice(0, 45)
    alone = draw_distance_map(found)[0, headline]
    other = Report("still_quality", (replace(failed.measurements[0], name="noise"),), 1)
    assert torch.equal(draw_distance_map(merge([found, other]))[0, headline], alone)
    with pytest.raises(InputError, match=r"^report: expected .*, got 2 in one"):
        draw_distance_map(merge([found, failed]))


def test_the_loop_that_is_the_whole_clip_has_its_label():
    report = find_loops(draw_clip(24, 96, 96, 12, 0, 1), 24.0, top_k=1).report
    assert report.measurements[-1].details["candidates"][0]["length"] == 24
    label = draw_distance_map(report)[0, 72:92, 97:230]
    assert (label < 0.3).all(dim=-1).sum() > 50, "dark letters"


@pytest.mark.parametrize("frames", [5, 64, 65, 3000])
def test_the_map_in_a_report_is_small_however_long_the_clip(frames):
    distances = torch.rand(frames, frames)
    distances[0, 1] = torch.inf
    details = map_as_details(distances, "ΔE")
    assert len(json.dumps(details)) < 6000
    cells = np.frombuffer(base64.b64decode(details["cells"]), np.uint8)
    assert len(cells) <= MOST_CELLS**2
    assert details["rows"] * details["step"][1] >= frames


def test_a_cell_of_the_map_is_the_nearest_pair_in_it():
    distances = torch.full((200, 100), 8.0)
    distances[130, 41] = 2.0
    distances[100:, 60:] = torch.inf
    details = map_as_details(distances, "ΔE")
    cells = np.frombuffer(base64.b64decode(details["cells"]), np.uint8)
    cells = cells.reshape(details["rows"], -1)
    starts, lengths = details["step"]
    assert cells[41 // lengths, 130 // starts] == cells.min() == 0
    assert cells[-1, -1] == EMPTY
    assert (details["low"], details["high"]) == (2.0, 8.0)
