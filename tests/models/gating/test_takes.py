import pytest
import torch

from anime_production.models.frames import Absence, InputError
from anime_production.models.gating.frame_verdicts import judge_clip
from anime_production.models.gating.merge_rule import Rule, merge_by_rule
from anime_production.models.gating.ranking_table import ranking_table
from anime_production.models.gating.takes import (
    NoTakePasses,
    OnNone,
    Take,
    match_takes,
    rank_takes,
)
from anime_production.models.report import Report

from .test_ranking import CONTRAST, NOISE, SHARP

CLIP = torch.zeros(3, 4, 4, 3)


def report(sharp, noise=1.0):
    """A report on a clip; None for a value that could not be measured."""
    values = ((SHARP, sharp), (NOISE, noise), (CONTRAST, 0.4))
    return Report(
        "clip_quality",
        tuple(
            measure.absent(Absence("no_frames"))
            if value is None
            else measure.measured(value, "no_lines")
            for measure, value in values
        ),
        3,
    )


def ranked(*sharp, on_none=OnNone.BEST):
    takes = [Take(number, CLIP, report(each)) for number, each in enumerate(sharp)]
    return rank_takes(takes, on_none)


def notes(ranking):
    return [each.reason_code for each in ranking.notes]


def test_the_take_with_the_highest_score_is_the_best():
    ranking = ranked(0.6, 0.9, 0.2, 0.7)
    assert ranking.order == (1, 3, 0, 2)
    assert ranking.kept == (1,)
    assert notes(ranking) == []
    assert ranking.places[1].lost_because[-1].reason == "Take 1 has 92.8 of 100."


def test_a_take_has_the_score_and_the_verdict_of_its_report():
    single = [report(0.9), report(0.2), report(None), report(0.9, None), report(0.1, None)]
    merged = [merge_by_rule([single[0], single[1]], rule) for rule in Rule]
    for each in (*single, *merged):
        judged = judge_clip(each)
        assert (judged.verdict, judged.score) == (each.verdict, each.score)


def test_of_equal_takes_the_first_wins():
    ranking = ranked(0.6, 0.8, 0.8)
    assert ranking.order == (1, 2, 0)
    assert "Take 1 has the same score" in ranking.places[1].lost_because[-1].reason


def test_a_take_that_is_not_measured_comes_last_and_it_is_said():
    ranking = ranked(None, 0.1, 0.9)
    assert ranking.order == (2, 1, 0)
    (note,) = ranking.notes
    assert note.reason == "These takes have no score and come last: 0."
    assert "These takes have no score" in ranking_table(ranking)


def test_where_none_is_measured_the_first_is_the_best_and_it_is_said():
    ranking = ranked(None, None)
    assert ranking.kept == (0,)
    assert notes(ranking) == ["rank_take_best", "rank_take_kept_unscored"]


def test_where_none_passes_it_goes_as_asked():
    best = ranked(0.1, 0.2)
    assert best.kept == (1,)
    assert notes(best) == ["rank_take_best"]
    nothing = ranked(0.1, 0.2, on_none=OnNone.BLOCK)
    assert nothing.kept == ()
    assert notes(nothing) == ["rank_take_blocked"]
    assert nothing.places[0].lost_because[-1].reason_code == "rank_take_blocked"
    assert nothing.to_dict()["kept"] == []
    with pytest.raises(NoTakePasses, match="0 of 2 takes kept"):
        ranked(0.1, 0.2, on_none=OnNone.ERROR)


def test_a_policy_changes_nothing_where_one_passes():
    assert [ranked(0.1, 0.9, on_none=each).kept for each in OnNone] == [(1,)] * 3


def test_clips_reports_and_sounds_are_matched_by_number():
    first, second, third = (report(each) for each in (0.6, 0.7, 0.8))
    sound = {"waveform": torch.zeros(1, 1, 8), "sample_rate": 8}
    takes = match_takes(
        {"take10": [CLIP], "take0": [CLIP], "take2": [CLIP]},
        {"report2": [second], "report0": [first], "report10": [third]},
        {"audio2": [sound]},
    )
    assert [(each.number, each.report, each.audio) for each in takes] == [
        (0, first, None),
        (2, second, sound),
        (10, third, None),
    ]


def test_lists_are_matched_by_position():
    reports = [report(each) for each in (0.6, 0.7, 0.8)]
    takes = match_takes(
        {"take0": [CLIP, CLIP], "take3": [CLIP]},
        {"report0": reports[:2], "report3": reports[2:]},
        {"audio0": [None, {"sample_rate": 8}]},
    )
    assert [each.number for each in takes] == [0, 1, 2]
    assert [each.report for each in takes] == reports
    assert [each.audio for each in takes] == [None, {"sample_rate": 8}, None]


def test_a_gap_in_a_list_is_an_error_that_names_the_input():
    with pytest.raises(InputError, match="take0: expected a value in each place"):
        match_takes({"take0": [CLIP, None]}, {"report0": [report(0.9)] * 2}, {})
    with pytest.raises(InputError, match="report0: expected a value in each place"):
        match_takes({"take0": [CLIP] * 2}, {"report0": [None, report(0.9)]}, {})


@pytest.mark.parametrize(
    ("takes", "reports", "audios", "message"),
    [
        ({"take0": 1, "take2": 1}, {"report0": 1}, {}, "take2: expected its report at report2"),
        ({"take0": 1}, {"report0": 1, "report1": 1}, {}, "report1: expected its clip at take1"),
        ({"take0": 1}, {"report0": 1}, {"audio4": 1}, "audio4: expected its clip at take4"),
        ({"take0": 2}, {"report0": 3}, {}, "report0: expected a list of 2, .* of take0, got 3"),
        ({"take0": 2}, {"report0": 2}, {"audio0": 1}, "audio0: expected a list of 2"),
        ({}, {}, {}, "takes: expected at least one clip, got none"),
        ({"take0": None}, {"report0": None}, {}, "takes: expected at least one clip, got none"),
    ],
)
def test_a_missing_partner_is_an_error_that_names_both(takes, reports, audios, message):
    def values(counts, value):
        return {name: None if count is None else [value] * count for name, count in counts.items()}

    with pytest.raises(InputError, match=message):
        match_takes(values(takes, CLIP), values(reports, report(0.9)), values(audios, {}))
