"""The node Gate, which separates what passes a report from what does not."""

from typing import Any

import torch
from comfy_api.latest import io

from ..models.gating.batch import Batch
from ..models.gating.gate import Decision, FrameDecision, Level, OnFail, OnNotMeasured
from ..models.gating.kept import GateSettings, Gating, gate_report
from ..models.report import Report
from .answers import kept_ui, node_output, or_blocked
from .sockets import ReportSocket


class AnimeGate(io.ComfyNode):
    """Node that outputs images, latents and masks as accepted or as rejected, by their report."""

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
                    "same, pass is false and the reasons say why. best: where nothing passes, the "
                    "least bad frame goes on; at level batch everything does.",
                ),
                io.Combo.Input(
                    "on_not_measured",
                    options=OnNotMeasured,
                    default=OnNotMeasured.REJECT,
                    optional=True,
                    tooltip="reject: what could not be measured does not pass. accept: it passes, "
                    "and the reasons say that it was not measured.",
                ),
                io.Combo.Input(
                    "level",
                    options=Level,
                    default=Level.BATCH,
                    optional=True,
                    tooltip="batch: all frames go the same way, by the report's verdict. frame: "
                    "each goes its own way, by its own values; for reports of pictures.",
                ),
                io.String.Input(
                    "thresholds",
                    default="",
                    multiline=True,
                    optional=True,
                    tooltip="Other thresholds than the report's, by the measurements' names: "
                    "flicker = 2.0, similarity = 0.8, seam_position = 0.4..1.75. What is named "
                    "counts for the verdict. Empty: those of the report.",
                ),
            ],
            outputs=[
                io.Image.Output("accepted", tooltip="The images, where they pass."),
                io.Image.Output("rejected", tooltip="The images, where they don't."),
                io.Boolean.Output(
                    "pass", tooltip="Whether the report passes; at level frame: every frame."
                ),
                io.String.Output("reasons", tooltip="The verdict, and what doesn't pass and why."),
                io.Latent.Output("accepted_latents", tooltip="The latents, where they pass."),
                io.Mask.Output("accepted_masks", tooltip="The masks, where they pass."),
                io.Latent.Output("rejected_latents", tooltip="The latents, where they don't."),
                io.Mask.Output("rejected_masks", tooltip="The masks, where they don't."),
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
        level: str = Level.BATCH.value,
        thresholds: str = "",
    ) -> io.NodeOutput:
        settings = GateSettings(
            Level(level), OnFail(on_fail), OnNotMeasured(on_not_measured), thresholds
        )
        gating = gate_report(report, settings)
        accepted, rejected = _sides(gating.decision, Batch(images, latents, masks))
        return node_output(
            or_blocked(accepted.images),
            or_blocked(rejected.images),
            gating.decision.passed,
            gating.decision.text,
            *map(or_blocked, (accepted.latents, accepted.masks)),
            *map(or_blocked, (rejected.latents, rejected.masks)),
            ui={"anime_gate": [_summary(gating, accepted, rejected)], **kept_ui(gating.kept)},
        )


def _sides(decision: Decision | FrameDecision, batch: Batch) -> tuple[Batch, Batch]:
    """Return the accepted and the rejected part of a batch."""
    if isinstance(decision, FrameDecision):
        count = len(decision.accepted) + len(decision.rejected)
        return batch.take(decision.accepted, count), batch.take(decision.rejected, count)
    return (batch, Batch()) if decision.is_accepted else (Batch(), batch)


def _summary(gating: Gating, accepted: Batch, rejected: Batch) -> dict[str, Any]:
    """Return the summary of a gate for the editor and the history."""
    decision = gating.decision
    if isinstance(decision, FrameDecision):
        indices, rejections = list(decision.accepted), len(decision.rejected)
    else:
        indices, rejections = list(range(_count(accepted))), _count(rejected)
    return {
        "verdict": gating.judged.verdict.value,
        "pass": decision.passed,
        "reasons": decision.text,
        "because": [each.to_dict() for each in decision.reasons],
        "accepted": len(indices),
        "rejected": rejections,
        "indices": indices,
    }


def _count(side: Batch) -> int:
    return 0 if side.images is None else len(side.images)
