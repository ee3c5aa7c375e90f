"""The node Gate, which separates the frames that pass by their report from those that do not."""

from collections.abc import Mapping
from typing import Any

import torch
from comfy_api.latest import io

from ..models.gating.asking import LEAST_SECONDS, MOST_SECONDS, USUAL_SECONDS, Ask
from ..models.gating.batch import Batch
from ..models.gating.frame_verdicts import for_batch
from ..models.gating.gate import Decision, FrameDecision, Level, OnFail, OnNotMeasured
from ..models.gating.gated_frames import gated_frames
from ..models.gating.kept import GateSettings, Gating
from ..models.gating.thresholds import read_thresholds
from ..models.node_ui import own_ui
from ..models.report import Report
from .answers import kept_ui, node_output, or_blocked
from .asking import AskSettings, gate_or_ask
from .inputs import refusal
from .lists import refuse_single_frames
from .sockets import ReportSocket
from .thumbnails import MOST_GATED, gated_pictures

# Accepted frames that the `ui` names, about 55 kB. All are counted.
MOST_INDICES = 8192

# Number of questions without an answer, by the id of the gate. It is part of the gate's
# fingerprint, so that the next run asks again instead of showing the cached decision.
_unanswered: dict[str, int] = {}


class AnimeGate(io.ComfyNode):
    """Node that sends images and all that goes with them to accepted or rejected outputs."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="AnimeGate",
            display_name="Gate (Anime)",
            category="Anime Production/Acting",
            description="Sends what passes to the accepted side, and everything else to the "
            "rejected side. An empty side is blocked silently: the nodes behind it do not run, and "
            "the prompt still succeeds.",
            search_aliases=[
                *("gate", "quality gate", "filter", "reject bad images", "if pass"),
                *("accept reject", "image quality gate", "quality filter", "stop workflow"),
                *("stop if false",),
            ],
            has_intermediate_output=True,
            hidden=[io.Hidden.unique_id, io.Hidden.extra_pnginfo],
            inputs=[
                ReportSocket.Input("report", tooltip="Report that decides."),
                io.Image.Input("images", optional=True, tooltip="Images that the report is about."),
                io.Latent.Input(
                    "latents",
                    optional=True,
                    tooltip="Latents of the images. They go to the same side as the images.",
                ),
                io.Mask.Input(
                    "masks",
                    optional=True,
                    tooltip="Masks of the images. They go to the same side as the images.",
                ),
                io.Combo.Input(
                    "on_fail",
                    options=OnFail,
                    default=OnFail.BLOCK,
                    optional=True,
                    tooltip="block: the accepted side stays empty and the prompt goes on. error: "
                    "the prompt fails with the reasons. pass_through: everything goes on, pass is "
                    "false, and the reasons say why. best: if nothing passes, the best frame goes "
                    "on; at level batch everything does.",
                ),
                io.Combo.Input(
                    "on_not_measured",
                    options=OnNotMeasured,
                    default=OnNotMeasured.REJECT,
                    optional=True,
                    tooltip="reject: a frame or batch that could not be measured does not pass. "
                    "accept: it passes, and the reasons say that it was not measured.",
                ),
                io.Combo.Input(
                    "level",
                    options=Level,
                    default=Level.BATCH,
                    optional=True,
                    tooltip="batch: all frames go to one side, by the report's verdict. frame: "
                    "each frame goes to a side by its own values; for reports on single pictures.",
                ),
                io.String.Input(
                    "thresholds",
                    default="",
                    multiline=True,
                    optional=True,
                    tooltip="Thresholds that replace the report's, by the names of measurements: "
                    "flicker = 2.0, similarity = 0.8, seam_position = 0.4..1.75. Every measurement "
                    "that is named counts for the verdict. Empty: the report's thresholds.",
                ),
                io.Audio.Input(
                    "audio",
                    optional=True,
                    tooltip="Sound of the images: one for the whole clip, or one for each image. "
                    "It goes to the same side as the images. At level frame, one sound is cut to "
                    "the images, and a rejected side of several pieces gets none.",
                ),
                io.Float.Input(
                    "fps",
                    default=0.0,
                    min=0.0,
                    max=240.0,
                    step=0.5,
                    optional=True,
                    tooltip="Frames per second of a clip with one sound. With it the sound is cut "
                    "to the images that go on, if they follow one another. 0: the report's "
                    "frame rate, if it has one.",
                ),
                io.Combo.Input(
                    "ask",
                    options=Ask,
                    default=Ask.NEVER,
                    optional=True,
                    tooltip="Lets you pick by eye while the prompt waits. never: the report "
                    "decides. when_it_fails: you are asked if something does not pass. always: "
                    "you are asked each time. At level frame you pick pictures, at level batch "
                    "you accept or reject all. Needs images.",
                ),
                io.Int.Input(
                    "ask_seconds",
                    default=USUAL_SECONDS,
                    min=LEAST_SECONDS,
                    max=MOST_SECONDS,
                    optional=True,
                    tooltip="Longest wait for your choice, in seconds. Without an answer the "
                    "report decides, as if ask were never.",
                ),
                io.Boolean.Input(
                    "wait_without_editor",
                    default=False,
                    optional=True,
                    tooltip="false: a prompt that no open editor queued, such as that of a script "
                    "or a production, never waits. true: it waits too, and any open editor can "
                    "answer.",
                ),
            ],
            outputs=[
                io.Image.Output("accepted", tooltip="The images that pass."),
                io.Image.Output("rejected", tooltip="The images that do not pass."),
                io.Boolean.Output(
                    "pass",
                    tooltip="True if the report passes; at level frame, if every frame does.",
                ),
                io.String.Output(
                    "reasons",
                    tooltip="The verdict, and each measurement that does not pass with its reason.",
                ),
                io.Latent.Output("accepted_latents", tooltip="The latents that pass."),
                io.Mask.Output("accepted_masks", tooltip="The masks that pass."),
                io.Latent.Output("rejected_latents", tooltip="The latents that do not pass."),
                io.Mask.Output("rejected_masks", tooltip="The masks that do not pass."),
                io.Audio.Output("accepted_audio", tooltip="The sound of what passes."),
                io.Audio.Output("rejected_audio", tooltip="The sound of what does not pass."),
            ],
        )

    @classmethod
    def validate_inputs(cls, thresholds: str | None = None) -> bool | str:
        return refusal(read_thresholds, thresholds)

    @classmethod
    def fingerprint_inputs(cls, ask: str = Ask.NEVER.value, **inputs: Any) -> int:
        hidden = getattr(cls, "hidden", None)
        return _unanswered.get(str(hidden and hidden.unique_id), 0)

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
        audio: Mapping[str, Any] | None = None,
        fps: float = 0.0,
        ask: str = Ask.NEVER.value,
        ask_seconds: int = USUAL_SECONDS,
        wait_without_editor: bool = False,
    ) -> io.NodeOutput:
        refuse_single_frames(images)
        settings = GateSettings(
            Level(level), OnFail(on_fail), OnNotMeasured(on_not_measured), thresholds
        )
        batch = Batch(images, latents, masks, audio)
        saved = cls.hidden.extra_pnginfo or {}
        asking = AskSettings(Ask(ask), ask_seconds, wait_without_editor, saved.get("workflow"))
        gating, answered = gate_or_ask(for_batch(report, batch.count), settings, asking, images)
        if not answered:
            gate = str(cls.hidden.unique_id)
            _unanswered[gate] = _unanswered.get(gate, 0) + 1
        accepted, rejected = _sides(gating.decision, batch, fps or report.fps)
        frames = gated_frames(gating, MOST_GATED)
        gated_pictures(frames, images)
        return node_output(
            or_blocked(accepted.images),
            or_blocked(rejected.images),
            gating.decision.passed,
            gating.decision.text,
            *map(or_blocked, (accepted.latents, accepted.masks)),
            *map(or_blocked, (rejected.latents, rejected.masks)),
            *map(or_blocked, (accepted.audio, rejected.audio)),
            ui={
                **own_ui("anime_gate", _summary(gating, accepted, rejected, frames)),
                **kept_ui(gating.kept, accepted.images),
            },
        )


def _sides(
    decision: Decision | FrameDecision, batch: Batch, fps: float | None
) -> tuple[Batch, Batch]:
    """Return the accepted and the rejected part of a batch.

    If the rejected frames are several pieces, one sound of the whole clip isn't cut to them: what
    goes on would else be refused because of what doesn't.
    """
    if isinstance(decision, FrameDecision):
        count = len(decision.accepted) + len(decision.rejected)
        accepted = batch.take(decision.accepted, count, fps)
        rest = batch.without_uncut_sound(decision.rejected) if decision.accepted else batch
        return accepted, rest.take(decision.rejected, count, fps)
    return (batch, Batch()) if decision.is_accepted else (Batch(), batch)


def _summary(
    gating: Gating, accepted: Batch, rejected: Batch, frames: list[dict[str, Any]]
) -> dict[str, Any]:
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
        "indices": indices[:MOST_INDICES],
        "frames": frames,
    }


def _count(side: Batch) -> int:
    return 0 if side.images is None else len(side.images)
