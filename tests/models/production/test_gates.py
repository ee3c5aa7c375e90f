import pytest

from anime_production.models.frames import Absence
from anime_production.models.measures import MEASURES
from anime_production.models.other_packs.answer_report import AnswerSettings, report_answer
from anime_production.models.other_packs.criterion import Criterion, Role
from anime_production.models.production.definition import read_definition
from anime_production.models.production.gates import REPORT_SUBJECTS, describe_gate, judge
from anime_production.models.profile import load_profile
from anime_production.models.quality.sharpness import EDGE_WIDTH
from anime_production.models.report import Report, Verdict

SOFT = Report("still_quality", (EDGE_WIDTH.measured(9.0, "soft_lines", {"width": 9}),), 1)
SHARP = Report("still_quality", (EDGE_WIDTH.measured(2.0, "sharp_lines", {"width": 2}),), 1)


def gates(data, **inputs):
    data["graph"]["5"]["inputs"].update(inputs)
    return read_definition(data).gates


def test_only_what_reaches_the_gate_is_judged(data):
    assert judge(gates(data), {"4": SHARP, "99": SOFT}).passed
    found = judge(gates(data), {"4": SOFT, "99": SHARP})
    assert not found.passed
    assert "soft" in found.text


def test_a_run_that_ended_before_its_gate_has_no_judgement(data):
    assert judge(gates(data), {"99": SHARP}) is None


def test_the_thresholds_of_the_gate_hold(data):
    found = judge(gates(data, thresholds="edge_width = 9.5"), {"4": SOFT})
    assert found.passed
    assert found.report.verdict is Verdict.PASS


@pytest.mark.parametrize(("how", "passed"), [("reject", False), ("accept", True)])
def test_what_is_not_measured_passes_only_where_the_gate_says_so(data, how, passed):
    absent = EDGE_WIDTH.absent(Absence("no_lines"))
    report = Report("still_quality", (absent,), 1)
    assert judge(gates(data, on_not_measured=how), {"4": report}).passed is passed


def test_all_gates_must_pass(data):
    data["graph"]["8"] = {"class_type": "AnimeStillQuality", "inputs": {"images": ["3", 0]}}
    data["graph"]["9"] = {"class_type": "AnimeGate", "inputs": {"report": ["8", 0]}}
    two = read_definition(data).gates
    assert judge(two, {"4": SHARP, "8": SHARP}).passed
    assert not judge(two, {"4": SHARP, "8": SOFT}).passed
    assert judge(two, {"4": SHARP}) is None


def test_judges_are_found_through_merges_with_the_parameter_that_chooses_the_profile(data):
    graph = data["graph"]
    graph["8"] = {
        "class_type": "AnimeParameterString",
        "inputs": {"name": "profile", "value": "draft"},
    }
    graph["9"] = {
        "class_type": "AnimeClipQuality",
        "inputs": {"images": ["3", 0], "profile": ["8", 0]},
    }
    graph["10"] = {
        "class_type": "AnimeReportMerge",
        "inputs": {"reports.report0": ["4", 0], "reports.report1": ["9", 0]},
    }
    (gate,) = gates(data, report=["10", 0])
    assert gate.report_node == "10"
    assert [
        (each.subject, each.profile, each.profile_parameter) for each in gate.scoring_nodes
    ] == [
        ("still_quality", "hero", None),
        ("clip_quality", "draft", "profile"),
    ]


def test_thresholds_are_those_of_the_profile(data):
    (gate,) = gates(data)
    (told,) = describe_gate(gate, load_profile)["judges"]
    of = {each["measure"]: each["threshold"] for each in told["thresholds"]}
    hero = load_profile("hero").applied("still_quality", *MEASURES["still_quality"])
    assert of == {each.name: each.threshold for each in hero if each.required}
    (unknown,) = describe_gate(gate, lambda name: None)["judges"]
    assert unknown["thresholds"] is None


@pytest.mark.parametrize("subject", REPORT_SUBJECTS.values())
def test_the_subject_of_every_judge_has_measures(subject):
    assert MEASURES[subject]


@pytest.mark.parametrize(("answer", "passed"), [("yes", True), ("no", False), ("perhaps", False)])
@pytest.mark.parametrize("level", ["batch", "frame"])
def test_a_gate_of_a_production_decides_by_an_answer(data, answer, passed, level):
    graph = data["graph"]
    graph["20"] = {"class_type": "AnimeReportFromAnswer", "inputs": {"answer": "?"}}
    read = gates(data, report=["20", 0], level=level)
    settings = AnswerSettings(Criterion("gaze", role=Role.REQUIRED))
    judgement = judge(read, {"20": report_answer([answer], settings)})
    assert judgement.passed is passed
    (described,) = describe_gate(read[0], load_profile)["judges"]
    assert (described["subject"], described["thresholds"]) == (None, None)
