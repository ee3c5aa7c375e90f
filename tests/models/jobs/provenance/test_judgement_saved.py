"""A job's verdict where its Save Jobs wrote nothing, or something else than was measured."""

from anime_production.models.jobs.job import JobState
from anime_production.models.jobs.provenance.judgement import JudgedBy, judge
from anime_production.models.report import Verdict

from ..judging import CLIP, example, gate, save, scored, summary


def prompt(**nodes):
    return {name: {"class_type": kind, "inputs": inputs} for name, (kind, inputs) in nodes.items()}


def judged(graph, saved_by, **shown):
    """The verdict, score and rule of a completed job whose nodes showed these loop reports."""
    reports = [summary(node, "loop", text) for node, text in shown.items()]
    verdict = judge(JobState.COMPLETED, graph, reports, saved_by)
    return verdict.verdict and verdict.verdict.value, verdict.score, verdict.judged_by


NOTHING = (None, None, None)


def test_a_job_that_saved_nothing_never_passes():
    graph = prompt(clip=CLIP, score=scored("clip"), save=save(["clip", 0], ["score", 0]))
    assert judged(graph, {"save"}, score="P90") == ("PASS", 90, JudgedBy.KEPT)
    assert judged(graph, set(), score="P90") == NOTHING
    # Nobody knows whether an older job wrote something.
    assert judged(graph, None, score="P90") == ("PASS", 90, JudgedBy.KEPT)


def test_what_blocked_the_pictures_is_the_verdict_of_a_job_that_saved_nothing():
    graph = example("check_a_clip")
    reports = [summary("4", "character", "F20"), summary("5", "loop", "P80")]
    verdict = judge(JobState.COMPLETED, graph, reports, ())
    assert (verdict.verdict, verdict.score) == (Verdict.FAIL, 20)


def test_a_gate_that_comfyui_left_out_passes_nothing():
    graph = example(
        "check_a_clip"
    )  # its loop score was muted, so that gate and Save Job are refused
    reports = [summary("4", "character", "P98"), summary("6", "clip_quality", "P97")]
    assert judge(JobState.COMPLETED, graph, reports, ()).verdict is None


def test_a_save_job_that_has_no_pictures_keeps_nothing_and_asks_for_nothing():
    inputs = {"job": ["job", 0], "report": ["score", 0]}
    graph = prompt(clip=CLIP, score=scored("clip"), save=("AnimeJobSave", inputs))
    assert judged(graph, set(), score="P90") == ("PASS", 90, JudgedBy.KEPT)


def test_only_the_save_jobs_that_wrote_count():
    gated = gate("score", ["clip", 0])
    close = ("AnimeLoopClose", {"images": ["gate", 1]})
    graph = prompt(
        clip=CLIP, score=scored("clip"), gate=gated, close=close,
        accepted=save(["gate", 0]), closed=save(["close", 0], ["close", 1]),
    )  # fmt: skip
    assert judged(graph, {"closed"}, score="F40", close="P83") == ("PASS", 83, JudgedBy.KEPT)


def test_a_report_that_was_measured_elsewhere_is_no_pass_of_something_else():
    load = ("AnimeJobLoad", {"which": "best"})
    graph = prompt(
        load=load, other=scored("load", "AnimeStillQuality"), save=save(["load", 0], ["load", 1])
    )
    assert judged(graph, {"save"}, other="P97") == NOTHING


def test_a_best_of_that_measured_again_takes_the_place_of_the_wired_report():
    best = ("AnimeBestOf", {"images": ["clip", 0], "report": ["score", 0], "k": 15})
    again = ("AnimeBestOf", {"images": ["best", 0], "report": ["rescore", 0], "k": 3})
    graph = prompt(
        clip=CLIP, score=scored("clip"), best=best, rescore=scored("best"), again=again,
        save=save(["again", 0], ["score", 0]),
    )  # fmt: skip
    shown = {"score": "F10", "best": "F13", "rescore": "F13", "again": "P99"}
    assert judged(graph, {"save"}, **shown) == ("PASS", 99, JudgedBy.KEPT)
