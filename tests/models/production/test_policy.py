import pytest

from anime_production.models.other_packs.criterion import Criterion
from anime_production.models.other_packs.value_report import report_value
from anime_production.models.production.definition import next_values, read_definition
from anime_production.models.production.fields import DefinitionError
from anime_production.models.quality.sharpness import EDGE_WIDTH
from anime_production.models.report import Report, merge

SOFT = EDGE_WIDTH.measured(9.0, "soft_lines", {"width": 9})
SHARP = EDGE_WIDTH.measured(2.0, "sharp_lines", {"width": 2})


def report(measurement):
    return Report("still_quality", (measurement,), 1)


@pytest.fixture
def phase(data):
    def made(*adjustments):
        return read_definition({**data, "policy": {"adjustments": list(adjustments)}})

    return made


def adjustment(reason, **how):
    return {"reasons": [reason], "change": {"blur": how}}


@pytest.mark.parametrize(
    "reason", ["soft_lines", "edge_width", "still_quality.edge_width", "sharp_lines"]
)
def test_a_change_is_made_where_its_reason_occurs_and_only_there(phase, reason):
    of = phase(adjustment(reason, add=-1))
    soft, sharp = (next_values(of, {}, report(each)) for each in (SOFT, SHARP))
    assert sharp == {"seed": 8}, "what passes is no reason"
    assert soft == ({"seed": 8} if reason == "sharp_lines" else {"seed": 8, "blur": 2.0})


def test_a_reason_is_found_in_a_merged_report(phase):
    merged = merge([report(SOFT), report(SHARP)])
    for reason in ("edge_width", "still_quality.edge_width", "soft_lines"):
        assert next_values(phase(adjustment(reason, add=-1)), {}, merged)["blur"] == 2.0


@pytest.mark.parametrize(
    ("how", "blur"),
    [
        ({"set": 5.0}, 5.0),
        ({"add": -2}, 1.0),
        ({"multiply": 0.5}, 1.5),
        ({"add": -99}, 0.0),
        ({"multiply": 99}, 8.0),
    ],
)
def test_what_comes_out_stays_within_the_bounds(phase, how, blur):
    assert next_values(phase(adjustment("soft_lines", **how)), {}, report(SOFT))["blur"] == blur


def test_changes_add_up_in_their_order_and_over_attempts(phase):
    of = phase(adjustment("soft_lines", add=-1), adjustment("edge_width", multiply=0.5))
    second = next_values(of, {}, report(SOFT))
    assert second["blur"] == 1.0
    assert next_values(of, second, report(SOFT)) == {"seed": 9, "blur": 0.0}


def test_whole_numbers_stay_whole(data):
    change = {"reasons": ["soft_lines"], "change": {"seed": {"multiply": 1.3}}}
    of = read_definition({**data, "policy": {"adjustments": [change]}})
    values = next_values(of, {"seed": 9}, report(SOFT))
    assert values == {"seed": 13}
    assert type(values["seed"]) is int


def test_a_reason_may_be_the_name_of_what_another_pack_measures(data):
    inputs = {"value": 1.0, "name": "PickScore"}
    data["graph"]["20"] = {"class_type": "AnimeReportFromValue", "inputs": inputs}
    data["graph"]["21"] = {"class_type": "AnimeReportFromAnswer", "inputs": {"answer": "?"}}
    rules = [adjustment("PickScore", add=0.5), adjustment("answer", add=0.5)]
    phase = read_definition({**data, "policy": {"adjustments": rules}})
    failing = report_value([0.1], Criterion("PickScore"))
    values = next_values(phase, {"blur": 0.0}, failing)
    assert values["blur"] == 0.5
    with pytest.raises(DefinitionError, match="'fingers' is neither"):
        read_definition({**data, "policy": {"adjustments": [adjustment("fingers", add=1)]}})
