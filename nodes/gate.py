"""Acting on a score: what passes goes on."""

import json
from typing import Any

import torch
from comfy_api.latest import io
from comfy_execution.graph_utils import ExecutionBlocker

from ..models.gate import OnFail, OnNotMeasured, decide
from ..models.report import Report
from .sockets import ReportSocket


class AnimeGate(io.ComfyNode):
    """Lets images, latents and masks go on where their report passes."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="AnimeGate",
            display_name="Gate (Anime)",
            category="Anime Production/Acting",
            description="What passes goes on, what doesn't is kept apart. A side that stays empty "
            "is blocked silently: what hangs on it doesn't run, and the prompt still succeeds.",
            search_aliases=["gate", "quality gate", "filter", "reject bad images", "if pass"],
            has_intermediate_output=True,
            inputs=[
                ReportSocket.Input("report", tooltip="The report that decides."),
                io.Image.Input("images", optional=True, tooltip="What the report is about."),
                io.Latent.Input("latents", optional=True, tooltip="Goes the way of the images."),
                io.Mask.Input("masks", optional=True, tooltip="Goes the way of the images."),
                io.Combo.Input(
                    "on_fail",
                    options=OnFail,
                    default=OnFail.BLOCK,
                    optional=True,
                    tooltip="block: the accepted side stays empty and the prompt goes on. "
                    "error: the prompt fails with the reasons. pass_through: it goes on all the "
                    "same, pass is false and the reasons say why.",
                ),
                io.Combo.Input(
                    "on_not_measured",
                    options=OnNotMeasured,
                    default=OnNotMeasured.REJECT,
                    optional=True,
                    tooltip="reject: what could not be measured does not pass. accept: it passes, "
                    "and the reasons say that it was not measured.",
                ),
            ],
            outputs=[
                io.Image.Output("accepted", tooltip="The images, where they pass."),
                io.Image.Output("rejected", tooltip="The images, where they don't."),
                io.Boolean.Output("pass", tooltip="Whether the report passes."),
                io.String.Output("reasons", tooltip="The verdict, and what doesn't pass and why."),
                io.Latent.Output("accepted_latents", tooltip="The latents, where they pass."),
                io.Mask.Output("accepted_masks", tooltip="The masks, where they pass."),
                io.Latent.Output("rejected_latents", tooltip="The latents, where they don't."),
                io.Mask.Output("rejected_masks", tooltip="The masks, where they don't."),
                io.String.Output(
                    "indices", tooltip="Which frames of the images were accepted, as a JSON list."
                ),
            ],
        )

    @classmethod
    def execute(
        cls,
        report: Report,
        images: torch.Tensor | None = None,
        latents: dict[str, Any] | None = None,
        masks: torch.Tensor | None = None,
        on_fail: str = OnFail.BLOCK.value,
        on_not_measured: str = OnNotMeasured.REJECT.value,
    ) -> io.NodeOutput:
        decision = decide(report, OnFail(on_fail), OnNotMeasured(on_not_measured))
        gated = (images, latents, masks)
        nothing = (None, None, None)
        accepted, rejected = (gated, nothing) if decision.goes_on else (nothing, gated)
        count = 0 if accepted[0] is None else len(accepted[0])
        shown = {"pass": decision.passed, "reasons": decision.reasons, "accepted": count}
        return io.NodeOutput(
            _or_blocked(accepted[0]),
            _or_blocked(rejected[0]),
            decision.passed,
            decision.reasons,
            *(_or_blocked(each) for each in (*accepted[1:], *rejected[1:])),
            json.dumps(list(range(count))),
            ui={"anime_gate": [shown]},
        )


def _or_blocked(value: Any) -> Any:
    """What isn't there blocks what hangs on it, silently."""
    return ExecutionBlocker(None) if value is None else value
