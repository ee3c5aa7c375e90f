"""Reports of every subject for a dump; the imports are those of pack 0.1.0, see make.py."""

# mypy: ignore-errors
from dataclasses import replace
from random import Random

from anime_production.models.acting.kept import GateSettings, Level, gate_report
from anime_production.models.acting.retry import Attempt, OnExhausted, Trial, seed_of
from anime_production.models.frames import Absence
from anime_production.models.report import Better, Measure, Report, WorstFrame, merge

LOWER, HIGHER, BAND = Better.LOWER, Better.HIGHER, Better.BAND
LINES = Measure("line_width", "px", LOWER, 0.0, 8.0, "edges", 3.0, True)
NOISE = Measure("noise", "levels", LOWER, 0.0, 20.0, "wavelets", 6.0, True)
LOOKS = Measure("aesthetic", "of 6", HIGHER, 0.0, 6.0, "anime-aesthetic", 3.0)
COLOURS = Measure("colourfulness", "", HIGHER, 0.0, 109.0, "hasler")
FLICKER = Measure("flicker", "levels", LOWER, 0.0, 10.0, "luma", 2.5, True)
RATE = Measure("drawing_rate", "1/s", HIGHER, 0.0, 24.0, "holds", 6.0, True)
WARPING = Measure("warping_error", "", LOWER, 0.0, 0.1, "dis", 0.02)
SEAM = Measure("seam_position", "steps", BAND, 0.0, 10.0, "structural", (0.5, 1.6), True)
MOTION = Measure("motion", "ΔE", HIGHER, 0.0, 10.0, "structural")
LIKENESS = Measure("similarity", "", HIGHER, 0.0, 1.0, "ccip", 0.1 + 0.2 + 0.4, True)
DRIFT = Measure("drift", "", HIGHER, -1.0, 1.0, "ccip", -0.1)
PAIRS = Measure("ssim", "", HIGHER, 0.0, 1.0, "skimage", 0.9, True)
LPIPS = Measure("lpips", "", LOWER, 0.0, 1.0, "lpips-alex", 0.2, True)


def _either(passes: bool, good: str, bad: str) -> str:
    return good if passes else bad


def still(random: Random, rich: bool) -> Report:
    """A picture's quality: all that is required is measured."""
    digits = 15 if rich else 2
    width, noise = (round(random.uniform(*each), digits) for each in ((1, 4), (2, 7)))
    found = [
        LINES.measured(
            width, _either(width <= 3, "sharp_lines", "soft_lines"), {"width": f"{width:.2g}"}
        ),
        NOISE.measured(noise, _either(noise <= 6, "low_noise", "noisy"), {"value": f"{noise:.2g}"}),
    ]
    if rich:
        found.append(LOOKS.absent(Absence("still_weights_absent", {"folder": "aesthetic"})))
        found.append(COLOURS.measured(noise * 7, "colourful", {"value": f"{noise * 7:.2g}"}))
    return Report("still_quality", tuple(found), 1)


def clip(random: Random, rich: bool) -> Report:
    """A clip's quality, with curves in which frames are missing."""
    curve = [round(random.uniform(0, 3), 15 if rich else 1) for _ in range(9 if rich else 4)]
    gaps = [None, *curve[1:3], None, *curve[4:]]
    worst = max(each for each in gaps if each is not None)
    code = _either(worst <= 2.5, "steady_light", "flickers")
    flicker = FLICKER.measured(worst, code, {"levels": f"{worst:.2g}"}, gaps)
    rate = round(random.uniform(4, 12), 1)
    code = _either(rate >= 6, "enough_drawings", "few_drawings")
    found = [flicker, RATE.measured(rate, code, {"rate": rate, "hold": 2})]
    if rich:
        found.append(WARPING.absent(Absence("nothing_to_follow"), [None] * len(gaps)))
    return Report(
        "clip_quality", tuple(found), len(gaps), 12.0,
        WorstFrame(gaps.index(worst), flicker.reason_code, flicker.reason),
    )  # fmt: skip


def loop(random: Random, rich: bool) -> Report:
    """A loop's seam; now and then one without any motion, of which nothing is measured."""
    if random.random() < 0.15:
        absent = SEAM.absent(Absence("not_finite", {"frame": 3, "frames": 1}))
        return Report("loop", (absent,), 0 if rich else 48, 12.5)
    position = round(random.uniform(0.2, 2.4), 15 if rich else 2)
    details = {"labels": ["same", "近い"], "curve": [0.1 + 0.2, None, 1e-7]} if rich else {}
    code = "motion"
    found = (
        SEAM.measured(
            position, code, {"step": position}, [position, None] if rich else (), details
        ),
        MOTION.measured(1 / 3, code, {"step": "0.33"}),
    )
    return Report("loop", found, 48, 24000 / 1001)


def character(random: Random, rich: bool) -> Report:
    """A likeness by one of two backends."""
    measure = random.choice((LIKENESS, replace(LIKENESS, backend="palette", threshold=0.5)))
    curve = [round(random.uniform(0.6, 1), 15 if rich else 2) for _ in range(4)]
    least = min(curve)
    name = random.choice(("Hana", "葵　花子", "小明"))
    values = {"character": name, "similarity": f"{least:.2f}", "threshold": "0.70"}
    code = "character_same"
    if least < measure.threshold:
        code, values = "character_different", {**values, "different": 1, "visible": 4}
    details = {"figures": [[0.25, 0.125, 0.5, 0.75], None], "seen": True} if rich else {}
    found = [measure.measured(least, code, values, [*curve, None], details)]
    if rich:
        found.append(DRIFT.absent(Absence("too_short_for_drift", {"least": 9, "visible": 4})))
    worst = WorstFrame(curve.index(least), code, found[0].reason)
    return Report("character", tuple(found), 5, 8.0, worst)


def comparison(random: Random, rich: bool) -> Report:
    """Pictures laid beside others; what needs weights isn't measured, though it is required."""
    value = round(random.uniform(0.85, 1), 15 if rich else 3)
    code = _either(value >= 0.9, "compared_pair", "compared_pair_apart")
    values = {"measure": "SSIM", "worst": f"{value:.3f}", "threshold": "0.9"}
    found = [PAIRS.measured(value, code, values)]
    if random.random() < 0.4:
        found.append(LPIPS.absent(Absence("lpips_not_installed")))
    return Report("comparison", tuple(found), 1)


MAKERS = {
    "AnimeStillQuality": still,
    "AnimeClipQuality": clip,
    "AnimeLoopScore": loop,
    "AnimeCharacterScore": character,
    "AnimeCompareImages": comparison,
}


def merged(*reports: Report) -> Report:
    """What a Merge Reports shows."""
    return merge(reports)


def kept(report: Report) -> Report:
    """What a gate shows that keeps single frames; the report itself where it keeps them all."""
    return gate_report(report, GateSettings(level=Level.FRAME)).kept or report


def frames(random: Random) -> Report:
    """A report that judges every frame, as a gate needs it that keeps some of them."""
    values = [round(random.uniform(1, 4), 3) for _ in range(5)]
    worst = max(values)
    code = _either(worst <= 3, "sharp_lines", "soft_lines")
    return Report(
        "still_quality", (LINES.measured(worst, code, {"width": f"{worst:.2g}"}, values),), 5
    )


def retried(random: Random, seed: int) -> Report:
    """What a Retry End shows, with all attempts in it."""
    trial = Trial(3, random.choice((OnExhausted.BEST, OnExhausted.PASS_THROUGH)))
    while not trial.ended:
        number = len(trial.attempts) + 1
        trial = trial.after(Attempt(seed_of(seed, number), loop(random, rich=False)))
    return trial.report
