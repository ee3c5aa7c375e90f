"""The node Best Of, which keeps the best frames of a batch."""

from collections.abc import Mapping
from typing import Any

import torch
from comfy_api.latest import io

from ..models.gating.batch import Batch
from ..models.gating.frame_verdicts import for_batch
from ..models.gating.kept import kept_report
from ..models.gating.ranking import rank_frames
from ..models.gating.ranking_table import ranking_table
from ..models.report import Report
from .answers import kept_ui, node_output, or_blocked
from .lists import refuse_single_frames
from .sockets import ReportSocket
from .thumbnails import ranking_ui

MOST_KEPT = 4096  # the largest `batch_size` of ComfyUI's Empty Latent Image


class AnimeBestOf(io.ComfyNode):
    """Node that keeps the best frames of a batch, by a report with a value for every frame."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="AnimeBestOf",
            display_name="Best Of (Anime)",
            category="Anime Production/Acting",
            description="Keeps the best frames of a batch, the best first. The weakest required "
            "measurement of a frame decides its score most, and the others lower it. Frames that "
            "could not be measured come last.",
            search_aliases=[
                *("best of n", "top k", "pick best", "select best image", "rank", "best of batch"),
                *("best of", "cherry pick", "image selector", "image picker", "image chooser"),
                *("select from batch",),
            ],
            has_intermediate_output=True,  # its `ui` reaches the job even if the result is cached
            inputs=[
                io.Image.Input("images", tooltip="The batch to choose from."),
                ReportSocket.Input(
                    "report",
                    tooltip="Report on these images with a value for each: from Still Quality, "
                    "Character Score, Compare Images, or a merge of these.",
                ),
                io.Latent.Input(
                    "latents", optional=True, tooltip="Latents of the images, one for each."
                ),
                io.Mask.Input(
                    "masks",
                    optional=True,
                    tooltip="Masks of the images: one for each, or one for all.",
                ),
                io.Int.Input(
                    "k",
                    default=1,
                    min=1,
                    max=MOST_KEPT,
                    optional=True,
                    tooltip="Number of images to keep. If the batch has fewer, all are kept, and "
                    "the ranking says so.",
                ),
                io.Audio.Input(
                    "audio",
                    optional=True,
                    tooltip="Sounds of the images, one for each. A single sound of the whole clip "
                    "goes on only if the kept images follow one another, and is cut to them.",
                ),
                io.Float.Input(
                    "fps",
                    default=0.0,
                    min=0.0,
                    max=240.0,
                    step=0.5,
                    optional=True,
                    tooltip="Frames per second of a clip with one sound. With it the sound is cut "
                    "to the images that are kept, if they follow one another. 0: the report's "
                    "frame rate, if it has one.",
                ),
            ],
            outputs=[
                io.Image.Output("best", tooltip="The best images, the best first."),
                io.Latent.Output("best_latents", tooltip="Their latents, in the same order."),
                io.Mask.Output("best_masks", tooltip="Their masks, in the same order."),
                io.String.Output(
                    "ranking",
                    tooltip="Text table: every frame with its rank, verdict, score, weakest "
                    "measurement, and why it was not kept.",
                ),
                io.Audio.Output("best_audio", tooltip="Their sounds, in the same order."),
            ],
        )

    @classmethod
    def execute(
        cls,
        images: torch.Tensor,
        report: Report,
        latents: dict[str, Any] | None = None,
        masks: torch.Tensor | None = None,
        k: int = 1,
        audio: Mapping[str, Any] | None = None,
        fps: float = 0.0,
    ) -> io.NodeOutput:
        refuse_single_frames(images)
        report = for_batch(report, len(images))
        ranking = rank_frames(report, k)
        batch = Batch(images, latents, masks, audio)
        best = batch.take(ranking.kept, len(ranking.judged), fps or report.fps)
        outputs = map(or_blocked, (best.images, best.latents, best.masks))
        kept = kept_report(report, ranking.kept)
        ui = {**kept_ui(kept, best.images), **ranking_ui(ranking, list(images))}
        return node_output(*outputs, ranking_table(ranking), or_blocked(best.audio), ui=ui)
