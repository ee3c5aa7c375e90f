"""Table of a ranking in English, for people who read it in a text node."""

from ..reasons import measurement_title, unit_beside, with_unit
from .ranking import Place, Ranking, rounded_text

GAP = "  "  # between two columns
HEAD = ("rank", "verdict", "score", "weakest measurement", "why it was not kept")


def ranking_table(ranking: Ranking) -> str:
    """Return a ranking as a text table, the best first.

    The first line says how many were kept. Notes about the whole ranking follow, then a row for
    each frame or take. Its last column compares it with the last one that was kept.

    Examples:
        >>> from anime_production.models.gating.ranking import rank_frames
        >>> from anime_production.models.quality.still.still_quality import score_still_quality
        >>> from anime_production.models.sample.sample_clip import Faults, draw_clip
        >>> import torch
        >>> blurs = (2.5, 0.0)
        >>> frames = torch.cat([draw_clip(1, 96, 96, 24, 0, 1, Faults(blur=b)) for b in blurs])
        >>> print(ranking_table(rank_frames(score_still_quality(frames), 1)).splitlines()[0])
        1 of 2 frames kept.
    """
    kind, count = ranking.kind.value, len(ranking.judged)
    lines = [f"{len(ranking.kept)} of {count} {kind}{'' if count == 1 else 's'} kept."]
    lines += [note.reason for note in ranking.notes]
    rows = [(HEAD[0], kind, *HEAD[1:]), *(_row(place) for place in ranking.places)]
    columns = list(zip(*rows, strict=True))
    # The last column is the longest and differs most, so nothing is aligned behind it.
    widths = [max(map(len, column)) for column in columns[:-1]]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        lines.append(GAP.join([*cells, row[-1]]).rstrip())
    return "\n".join([*lines[: 1 + len(ranking.notes)], "", *lines[1 + len(ranking.notes) :]])


def _row(place: Place) -> tuple[str, ...]:
    judged = place.judged
    score = "none" if judged.score is None else rounded_text(judged.score)
    result = "(kept)" if place.is_kept else place.lost_because[-1].reason
    verdict = judged.verdict.value.replace("_", " ")
    return (str(place.rank), str(place.number), verdict, score, _weakest(place), result)


def _weakest(place: Place) -> str:
    """Return the weakest measurement with its value and unit."""
    weakest = place.judged.weakest
    if weakest is None:
        return "nothing counts"
    title = measurement_title(weakest.name)
    value = place.judged.value_text
    if not value:
        return f"{title}: not measured"
    return f"{title}: {with_unit(value, unit_beside(weakest.name, weakest.unit))}"
