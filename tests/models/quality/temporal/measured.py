"""What Clip Quality finds in a clip, by name of the measure."""

from anime_production.models.quality.clip_quality import score_clip_quality
from anime_production.models.report import Verdict


def measured(frames, name, fps=12.0):
    report = score_clip_quality(frames, fps)
    return next(each for each in report.measurements if each.name == name)


def passes(frames, name):
    return measured(frames, name).verdict is Verdict.PASS


def fails(frames, name):
    return measured(frames, name).verdict is Verdict.FAIL
