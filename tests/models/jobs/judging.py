"""Verdicts of jobs for tests: reports in short, and graphs of the pack's nodes."""

import json
from typing import Any

from anime_production.models.jobs.job import JobState
from anime_production.models.jobs.provenance.judgement import (
    JobVerdict,
    JudgedBy,
    ReportSummary,
    judge,
)
from anime_production.models.report import Verdict
from anime_production.tools.comfyui import PACK

API = PACK / "example_workflows" / "api"
SUBJECTS = {
    "AnimeLoopScore": "loop", "AnimeLoopClose": "loop", "AnimeLoopFind": "loop",
    "AnimeCharacterScore": "character", "AnimeClipQuality": "clip_quality",
    "AnimeStillQuality": "still_quality", "AnimeReportMerge": "merged",
    "AnimeReportFromValue": "value", "AnimeReportFromAnswer": "answer",
}  # fmt: skip
LETTERS = {"P": Verdict.PASS, "F": Verdict.FAIL, "N": Verdict.NOT_MEASURED}


def example(name: str) -> dict[str, Any]:
    return dict(json.loads((API / f"{name}.json").read_text(encoding="utf-8")))


def summary(node: str, subject: str, text: str) -> ReportSummary:
    """`P86` is a pass with 86 points, `N` nothing measured."""
    score = float(text[1:]) if text[1:] else None
    return ReportSummary(node, subject, LETTERS[text[0]], score)


def judged(graph: dict[str, Any] | None, shown: dict[str, str], **subjects: str) -> JobVerdict:
    """The verdict of a completed job whose nodes showed these reports."""
    reports = [
        summary(node, subjects.get(node) or SUBJECTS[(graph or {})[node]["class_type"]], text)
        for node, text in shown.items()
    ]
    return judge(JobState.COMPLETED, graph, reports)


def deciding(graph: dict[str, Any], shown: dict[str, str], **subjects: str) -> tuple:
    """The verdict's letter with its points, and the nodes whose reports decided."""
    verdict = judged(graph, shown, **subjects)
    letter = next((name for name, each in LETTERS.items() if each is verdict.verdict), "")
    points = "" if verdict.score is None else f"{verdict.score:g}"
    nodes = list(shown)
    return letter + points, {nodes[each] for each in verdict.deciding}, verdict.judged_by


KEPT, LAST = JudgedBy.KEPT, JudgedBy.LAST


def scored(images, kind="AnimeLoopScore"):
    return (kind, {"images": [images, 0]})


def gate(report, images, **inputs):
    return ("AnimeGate", {"report": [report, 0], "images": images, **inputs})


def save(images, report=None, **inputs):
    wired = {} if report is None else {"report": report}
    return ("AnimeJobSave", {"job": ["job", 0], "images": images, **wired, **inputs})


CLIP: tuple[str, dict[str, Any]] = ("AnimeSampleClip", {})
