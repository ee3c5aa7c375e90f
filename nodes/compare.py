"""The node Compare Images, which measures the distance of pictures from their references."""

import torch
from comfy_api.latest import io

from ..models.dependency import MissingDependency
from ..models.frames import Absence, InputError, as_frames
from ..models.perceptual.backend import BEST_FIRST, FOLDER, Backend, choose_backend
from ..models.profile import DEFAULT
from ..models.quality.compare.comparison import SUBJECT, compare_pictures
from ..models.quality.compare.comparison_measures import ALL, MEASURES, read_metrics
from ..models.quality.compare.networks import LPIPS, LPIPS_OF
from ..models.quality.compare.pairs import MOST_PAIRS, PIXELS_AT_ONCE, REFUSE, paired
from ..models.weights import WEIGHTS
from ..models.weights.unusable import absence_for_unusable
from ..models.where_it_ran import with_places
from . import comfyui
from .answers import SCORED_OUTPUTS, scored_output
from .graphics_memory import PAIR_BYTES, device_with_room
from .inputs import RESIZE_INPUT, refusal
from .partial_reports import partial_reports
from .profiles import ProfiledNode, chosen_measures, profile_input


class AnimeCompareImages(ProfiledNode):
    """Node that scores how close pictures are to their references."""

    FOLDERS = (FOLDER,)

    @classmethod
    def define_schema(cls) -> io.Schema:
        names = ", ".join(measure.name for measure in MEASURES)
        return io.Schema(
            node_id="AnimeCompareImages",
            display_name="Compare Images (Anime)",
            category="Anime Production/Quality",
            description="Measures how far pictures are from their references: structure (SSIM, "
            "multi-scale SSIM, GMSD), error (PSNR), colour (CIEDE2000), and LPIPS if its weights "
            "are installed. Use it before and after upscaling, interpolation, face repair or a "
            "VAE.",
            search_aliases=[
                *("ssim", "psnr", "lpips", "before after", "metrics", "similarity score"),
                *("image similarity",),
            ],
            is_output_node=True,
            inputs=[
                io.Image.Input("images", tooltip="Pictures to measure: the results."),
                io.Image.Input(
                    "references",
                    tooltip="Pictures to compare with: one for each image, in the same order, or "
                    "one for all.",
                ),
                io.String.Input(
                    "metrics",
                    default=ALL,
                    optional=True,
                    tooltip=f"Metrics to measure. {ALL}: every one, of which ssim and "
                    f"colour_difference count for the pass. Or names with commas between, which "
                    f"then all count: {names}. {LPIPS} is the best network that is installed.",
                ),
                RESIZE_INPUT,
                profile_input(),
            ],
            outputs=[*SCORED_OUTPUTS],
        )

    @classmethod
    def validate_inputs(cls, metrics: str | None = None) -> bool | str:
        return refusal(read_metrics, metrics)

    @classmethod
    def execute(
        cls,
        images: torch.Tensor,
        references: torch.Tensor,
        metrics: str = ALL,
        resize: str = REFUSE,
        profile: str = DEFAULT,
    ) -> io.NodeOutput:
        pairs = paired(
            as_frames(images),
            as_frames(references, "references"),
            resize,
            device_with_room(images, PAIR_BYTES, MOST_PAIRS, PIXELS_AT_ONCE),
        )
        names, backends, unusable = _networks(read_metrics(metrics))
        measures = chosen_measures(profile, SUBJECT)
        report = compare_pictures(
            pairs, names, backends, measures, comfyui.progress(), unusable, partial_reports()
        )
        report = with_places(report, {each.name: each for each in backends})
        return scored_output(report, images=images)


def _networks(
    metrics: tuple[str, ...],
) -> tuple[tuple[str, ...], list[Backend], dict[str, Absence]]:
    """Return the metrics to compute, the networks they need, and the networks that can't be used.

    Args:
        metrics: names of the metrics; empty for all. `lpips` stands for the best installed network.

    Returns:
        The names with `lpips` replaced, the loaded networks, and by metric the reason why an
        installed network can't be loaded. These reasons exist only if `metrics` is empty; else the
        error is raised.

    Raises:
        InputError: `metrics` names a network whose weights are broken or not installed.
        MissingDependency: `metrics` names a network whose package is not installed.
    """
    weights, device = comfyui.weights(FOLDER), comfyui.device()
    installed = [name for name in BEST_FIRST if WEIGHTS[name].installed(weights) is not None]
    best = LPIPS_OF[(installed or BEST_FIRST)[0]].name
    names = tuple(dict.fromkeys(best if name == LPIPS else name for name in metrics))
    chosen = [each for each in BEST_FIRST if LPIPS_OF[each].name in names] if names else installed
    backends, unusable = [], {}
    for network in chosen:
        try:
            backends.append(choose_backend(network, weights, device)[0])
        except (InputError, MissingDependency) as error:
            if names:
                raise
            path = WEIGHTS[network].installed(weights)
            file = f"models/{FOLDER}/{path.name if path else WEIGHTS[network].file}"
            unusable[LPIPS_OF[network].name] = absence_for_unusable(network, file, error)
    return names, backends, unusable
