"""Section of docs/ladders.md on real clips: how scores follow planted faults, and false alarms."""

from collections.abc import Iterable, Mapping, Sequence

from .clip_faults import CLIP_FAULTS
from .clip_ladders import LEAST_CHANGE, Ladder, Rung, alarms, climb, summary
from .clip_list import CLIPS, Part
from .timing import print_table

HEAD = """
## Real clips

Faults that generated video has are planted in real clips at five strengths; lengths are in px of a
picture 480 px wide. `benchmarks/clip_list.py` lists the clips, which of them a maker would keep,
and why; the list was written before any limit was set. The clips are divided by the model that made
them. Limits were set on the part `limits`, and methods were chosen on it and on the part `methods`.
The figures of the part `final` were taken once, at the end.

- **falls**: the rank correlation of the score with the strength is −.9 or less.
- **seen**: at the second strength the score is at least a point below that of the clip as it is.
- **fails**: at the fifth strength a measure that is made for the fault fails.
- **order**: of two neighbouring strengths from the second on, the greater has the lower score.

A fault that changes the clip by less than one grey level on average isn't counted.

| fault | strengths | measures that are made for it |
| --- | --- | --- |
"""
HEADINGS = ("fault", "ladders", "falls", "seen", "fails", "order")
CAUSES = """
### Where it falls short, and why

- Most ladders that don't fall are of clips that another measure rates low as they are. The fault
  also moves that measure a little: grain and h264 hide the drift or the ghosts of a clip.
- `drop`: the speed of generated motion often changes by half from drawing to drawing. A step twice
  as long then shows nothing, and where the motion is too uneven it isn't measured. If five of
  sixteen drawings are missing, long steps are the rule.
- `pop`: if what is behind moves on for four or five drawings, it isn't the first again, and nothing
  is found. A part without detail, such as black, isn't found either.
- `ghost` is not measured where less than a hundredth of the picture moves by 1.5 px a drawing.
- A JPEG of quality 60 or 46 hardly differs from the clip, and takes noise away.
"""
ALARMS = """
### Clips that a maker would keep

Each is measured as it is, after h264 at two qualities, at 75 % and 150 % of its size, and declared
as four frame rates. In `animatediff_compare_new_2` the wood does become paler, so its alarm is
right. In `mobius_case_3` nearly everything that could be followed leaves the picture; its alarm is
wrong. The pixel art is smaller than 150 px: its pixels are blocks, and its poses have no motion
between them. Those that don't pass:

"""


def clips_section() -> str:
    """Measure ladders and false alarms of all clips, print them, and return them as Markdown."""
    return section_of(climb((Part.FINAL,)), climb((Part.LIMITS, Part.METHODS)), alarms(tuple(Part)))


def section_of(
    final: Sequence[Ladder],
    earlier: Sequence[Ladder],
    kept: Mapping[str, Mapping[str, Rung]],
) -> str:
    """Return the section in Markdown, and print its tables.

    Args:
        final: ladders of the part `final`.
        earlier: ladders of the parts on which limits and methods were chosen.
        kept: results of `alarms`.
    """
    lines = [
        f"| {name} | {', '.join(f'{each:g}' for each in fault.strengths)} {fault.unit} | "
        f"{', '.join(f'`{own}`' for own in fault.own)} |"
        for name, fault in CLIP_FAULTS.items()
    ]
    page = HEAD + "\n".join(lines) + "\n"
    for title, ladders in (("Part `final`", final), ("Parts `limits` and `methods`", earlier)):
        rows = summary(ladders)
        print_table((title, *HEADINGS[1:]), rows)
        names = ", ".join(dict.fromkeys(ladder.clip for ladder in ladders))
        page += f"\n### {title}\n\nClips: {names}.\n\n"
        page += f"| {' | '.join(HEADINGS)} |\n|{' --- |' * len(HEADINGS)}\n"
        page += "".join(f"| {' | '.join(row)} |\n" for row in rows)
        page += "\nExceptions:\n\n" + _listed(_exceptions(ladders))
    return page + CAUSES + ALARMS + _listed(_failed_alarms(kept))


def _listed(lines: Iterable[str]) -> str:
    return "".join(f"- {line}\n" for line in lines) or "- none.\n"


def _exceptions(ladders: Sequence[Ladder]) -> list[str]:
    lines = []
    for ladder in ladders:
        if ladder.change < LEAST_CHANGE:
            continue
        missed = [
            text
            for text, holds in (
                ("doesn't fall", ladder.falls),
                ("isn't seen", ladder.is_seen),
                (
                    f"isn't failed by its own measure (first: {ladder.first or 'none'})",
                    ladder.fails,
                ),
            )
            if not holds
        ]
        if missed:
            scores = ", ".join(f"{score:.1f}" for score in ladder.scores)
            lines.append(f"{ladder.fault} in {ladder.clip}: {', '.join(missed)}; scores {scores}.")
    return lines


def _failed_alarms(results: Mapping[str, Mapping[str, Rung]]) -> list[str]:
    """Return a line for each clip and cause, with the variations in which it doesn't pass."""
    lines = []
    for clip in CLIPS:
        causes: dict[str, list[str]] = {}
        for variation, rung in results.get(clip.name, {}).items():
            if rung.score is None or rung.failing:
                cause = ", ".join(f"`{name}`" for name in rung.failing) or "not measured"
                causes.setdefault(cause, []).append(variation)
        lines += [f"{clip.name}: {cause} ({'; '.join(each)})." for cause, each in causes.items()]
    return lines
