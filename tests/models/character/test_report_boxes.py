"""Boxes of strangers and doubled figures: bounded in a report, and drawn from it."""

import json

import pytest
import torch

from anime_production.models.character.appearance import Presence
from anime_production.models.character.character_score import score_characters
from anime_production.models.character.detection import Box
from anime_production.models.character.pictures import COLOURS, STRANGER, overlay
from anime_production.models.character.report_boxes import (
    MOST_BOXES,
    STRANGERS,
    boxes_as_details,
    boxes_of_details,
    last_complete_frame,
)
from anime_production.models.character.sheet import make_character
from anime_production.models.report import Report

from .staged import RIN, stage_model, staged
from .staged import STRANGER as SOMEBODY_ELSE

THIRD = Box(1 / 3, 0.0, 2 / 3, 1.0)


def test_few_boxes_come_back_by_frame_to_a_thousandth_of_the_side():
    details = boxes_as_details(STRANGERS, [[THIRD], [], [THIRD, THIRD]])
    assert details == {STRANGERS: [[f, 0.333, 0.0, 0.667, 1.0] for f in (0, 2, 2)]}
    boxes = boxes_of_details(STRANGERS, details)
    assert {frame: len(each) for frame, each in boxes.items()} == {0: 1, 2: 2}
    assert boxes[0][0] == pytest.approx(THIRD, abs=0.001)
    assert last_complete_frame(STRANGERS, details) is None


def test_a_crowd_is_cut_off_and_counted_so_that_a_report_stays_small():
    details = boxes_as_details(STRANGERS, [[THIRD] * 20] * 1000)
    assert len(details[STRANGERS]) == MOST_BOXES
    assert details["strangers_left_out"] == 20_000 - MOST_BOXES
    assert len(json.dumps(details)) < 10_000
    assert last_complete_frame(STRANGERS, details) == (MOST_BOXES - 1) // 20


def test_a_report_without_boxes_is_one_of_an_older_pack():
    assert boxes_of_details(STRANGERS, {}) == {}
    assert last_complete_frame(STRANGERS, {}) is None


@pytest.fixture(scope="module")
def rin():
    return make_character("Rin", staged([(RIN, 40)]), stage_model())[0]


def near(part, colour):
    return ((part - torch.tensor(colour) / 255).abs().amax(dim=-1) < 0.01).any()


def test_strangers_and_doubled_figures_are_drawn_from_a_report_that_was_stored(rin):
    frames = staged([(RIN, 20), (SOMEBODY_ELSE, 180)], [(RIN, 20), (RIN, 180)])
    report = Report.from_json(score_characters(frames, [rin], stage_model()).report.to_json())
    details = report.measurements[0].details
    assert [each[0] for each in details["strangers"]] == [0]
    assert [each[0] for each in details["doubled"]] == [1]
    drawn = overlay(frames, report)[:, 20:82, 178:212]  # the figure on the right
    assert near(drawn[0], STRANGER)
    assert not near(drawn[1], STRANGER)
    assert near(drawn[1], COLOURS[Presence.DIFFERENT])


def test_an_overlay_says_where_boxes_were_left_out(rin):
    frames = staged([(RIN, 20), (SOMEBODY_ELSE, 180)], *[[(RIN, 20)]] * 2)
    report = score_characters(frames, [rin], stage_model()).report
    data = report.to_dict()
    data["measurements"][0]["details"]["strangers_left_out"] = 3
    corner = (slice(0, 18), slice(0, 120))
    whole, cut = (overlay(frames, each) for each in (report, Report.from_dict(data)))
    assert not near(whole[1][corner], STRANGER)
    assert near(cut[1][corner], STRANGER)
