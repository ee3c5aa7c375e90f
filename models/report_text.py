"""Reports as English text: for a Gate, a retry, and nodes of other packs that show any value."""

from typing import TYPE_CHECKING

from .scoring import score_text

if TYPE_CHECKING:
    from .report import Report


def subject_text(report: "Report") -> str:
    """Return a report's subject in plain words, such as `still quality`."""
    return report.subject.replace("_", " ")


def outcome_text(report: "Report") -> str:
    """Return a report's verdict and score, such as `FAIL, 31 of 100`."""
    score = "" if report.score is None else f", {score_text(report.score)} of 100"
    return f"{report.verdict.value.replace('_', ' ')}{score}"


def report_text(report: "Report") -> str:
    """Return a report's verdict, score and reasons, a line for each.

    A report that passes has the reasons of all required measurements, another one those that keep
    it from passing.

    Examples:
        >>> from anime_production.models.loop.seam import score_loop
        >>> from anime_production.models.sample.sample_clip import Faults, draw_clip
        >>> report = score_loop(draw_clip(24, 128, 128, 24, 0, 0, Faults(seam_jump=4.0)), fps=12.0)
        >>> [line.partition(",")[0].partition(": The")[0] for line in str(report).splitlines()]
        ['loop: FAIL', '- seam_position']
    """
    measurements = report.not_passing or report.required
    lines = [f"- {each.name}: {each.reason}" for each in measurements]
    return "\n".join([f"{subject_text(report)}: {outcome_text(report)}", *lines])
