"""The node Best Take, which keeps the best of several clips."""

from collections.abc import Mapping, Sequence
from typing import Any

from comfy_api.latest import io

from ..models.gating.ranking_table import ranking_table
from ..models.gating.takes import (
    AUDIO,
    MOST_TAKES,
    REPORT,
    TAKE,
    OnNone,
    match_takes,
    rank_takes,
)
from .answers import kept_ui, node_output, or_blocked
from .sockets import ReportSocket
from .thumbnails import ranking_ui

Values = Mapping[str, Sequence[Any]]


def _growing(name: str, value: io.Input, least: int, tooltip: str) -> io.Autogrow.Input:
    """Return inputs of one kind; the editor adds the next one when one is connected."""
    template = io.Autogrow.TemplatePrefix(value, prefix=value.id, min=least, max=MOST_TAKES)
    return io.Autogrow.Input(name, template=template, optional=not least, tooltip=tooltip)


class AnimeBestTake(io.ComfyNode):
    """Node that keeps the best of several clips, each with a report of its own."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="AnimeBestTake",
            display_name="Best Take (Anime)",
            category="Anime Production/Acting",
            description="Keeps the best of several takes of a clip, by the score of each take's "
            "report: several seeds, samplers or models of one shot. A take that could not be "
            "measured comes last.",
            search_aliases=["best of n", "best seed", "pick best", "compare seeds", "rank videos"],
            is_input_list=True,  # so that the clips of a batch of seeds arrive together
            has_intermediate_output=True,  # its `ui` reaches the job even if the result is cached
            inputs=[
                _growing(
                    "takes",
                    io.Image.Input(TAKE, tooltip="The frames of a clip, or a list of clips."),
                    1,
                    "The clips; connect one and the next input appears. A list of clips at one "
                    "input counts as several.",
                ),
                _growing(
                    "reports",
                    ReportSocket.Input(
                        REPORT, tooltip="Report on the clip at the input with the same number."
                    ),
                    1,
                    "The report on each clip, at the input with the same number.",
                ),
                _growing(
                    "audios",
                    io.Audio.Input(
                        AUDIO, tooltip="Sound of the clip at the input with the same number."
                    ),
                    0,
                    "The sound of each clip, at the input with the same number. A clip may have "
                    "none.",
                ),
                io.Combo.Input(
                    "on_none",
                    options=OnNone,
                    default=OnNone.BEST,
                    optional=True,
                    tooltip="If no take passes, best: the best of all goes on. block: nothing goes "
                    "on, and the prompt continues. error: the prompt fails with the ranking.",
                ),
            ],
            outputs=[
                io.Image.Output("images", tooltip="The frames of the best take."),
                ReportSocket.Output("report", tooltip="Its report, unchanged."),
                io.Int.Output(
                    "index",
                    tooltip="Its number: that in the name of its input, such as 2 for take2. If an "
                    "input has a list, its position among all clips, from 0.",
                ),
                io.String.Output(
                    "ranking",
                    tooltip="Text table: every take with its rank, verdict, score, weakest "
                    "measurement, and why it was not kept.",
                ),
                io.Audio.Output(
                    "audio",
                    tooltip="Its sound. Without one nothing comes out, and the connected nodes do "
                    "not run.",
                ),
            ],
        )

    @classmethod
    def execute(
        cls,
        takes: Values,
        reports: Values,
        audios: Values | None = None,
        on_none: Sequence[str] = OnNone.BEST.value,
    ) -> io.NodeOutput:
        matched = match_takes(takes, reports, audios or {})
        # ComfyUI hands every value to this node in a list; only the default is none.
        policy = on_none if isinstance(on_none, str) else on_none[0]
        ranking = rank_takes(matched, OnNone(policy))
        best = matched[ranking.order[0]]
        images, audio = (best.images, best.audio) if ranking.kept else (None, None)
        clips = [take.images for take in matched]
        middles = [clip[len(clip) // 2] if len(clip) else None for clip in clips]
        return node_output(
            or_blocked(images),
            best.report,
            best.number,
            ranking_table(ranking),
            or_blocked(audio),
            ui={**kept_ui(best.report), **ranking_ui(ranking, middles)},
        )
