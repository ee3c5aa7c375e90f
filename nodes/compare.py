"""Is it still the same picture?"""

import torch
from comfy_api.latest import io

from ..models.dependency import MissingDependency
from ..models.frames import Absence, InputError, as_frames
from ..models.perceptual.backend import BEST_FIRST, FOLDER, Backend, choose_backend
from ..models.profile import DEFAULT
from ..models.quality.compare.comparison import SUBJECT, compare_pictures
from ..models.quality.compare.comparison_measures import ALL, MEASURES, read_metrics
from ..models.quality.compare.networks import LPIPS, LPIPS_OF
from ..models.quality.compare.pairs import REFUSE, paired
from ..models.weights import WEIGHTS
from ..models.weights.unusable import absence_for_unusable
from . import comfyui
from .answers import SCORED_OUTPUTS, scored
from .inputs import RESIZE_INPUT
from .profiles import ProfiledNode, chosen_measures, profile_input


class AnimeCompareImages(ProfiledNode):
    """Scores how close pictures are to those that they should look like."""

    FOLDERS = (FOLDER,)

    @classmethod
    def define_schema(cls) -> io.Schema:
        names = ", ".join(measure.name for measure in MEASURES)
        return io.Schema(
            node_id="AnimeCompareImages",
            display_name="Compare Images (Anime)",
            category="Anime Production/Quality",
            description="Measures how far pictures are from their references: structure (SSIM, "
            "multi-scale SSIM, GMSD), error (PSNR), colour (CIEDE2000), and LPIPS where its "
            "weights are. For before and after: upscaling, interpolation, face repair, a VAE.",
            search_aliases=["ssim", "psnr", "lpips", "before after", "metrics"],
            is_output_node=True,
            inputs=[
                io.Image.Input("images", tooltip="The pictures to judge: what came out."),
                io.Image.Input(
                    "references",
                    tooltip="What they should look like: one for each image, in the same order, "
                    "or one for all.",
                ),
                io.String.Input(
                    "metrics",
                    default=ALL,
                    optional=True,
                    tooltip=f"What is measured: {ALL}, of which ssim and colour_difference count "
                    f"for the pass; or names with commas between, which then all count: {names}; "
                    f"{LPIPS} is the best network that is installed.",
                ),
                RESIZE_INPUT,
                profile_input(),
            ],
            outputs=[*SCORED_OUTPUTS],
        )

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
            as_frames(images), as_frames(references, "references"), resize, comfyui.device()
        )
        names, backends, unusable = _networks(read_metrics(metrics))
        measures = chosen_measures(profile, SUBJECT)
        report = compare_pictures(pairs, names, backends, measures, comfyui.progress(), unusable)
        return scored(report)


def _networks(
    metrics: tuple[str, ...],
) -> tuple[tuple[str, ...], list[Backend], dict[str, Absence]]:
    """The metrics, `lpips` replaced by the best that is installed, and the networks they need.

    Where no metric is named, networks are a part of everything: one whose file is broken is left
    out, with its reason. One that is named is what the user wants.

    Raises:
        InputError: a network is named whose weights are not installed, or broken.
    """
    weights, device = comfyui.weights(FOLDER), comfyui.device()
    installed = [name for name in BEST_FIRST if WEIGHTS[name].installed(weights) is not None]
    best = LPIPS_OF[(installed or BEST_FIRST)[0]].name
    names = tuple(dict.fromkeys(best if name == LPIPS else name for name in metrics))
    chosen = [each for each in BEST_FIRST if LPIPS_OF[each].name in names] if names else installed
    backends, unusable = [], {}
    for each in chosen:
        try:
            backends.append(choose_backend(each, weights, device)[0])
        except (InputError, MissingDependency) as error:
            if names:
                raise
            path = WEIGHTS[each].installed(weights)
            file = f"models/{FOLDER}/{path.name if path else WEIGHTS[each].file}"
            unusable[LPIPS_OF[each].name] = absence_for_unusable(each, file, error)
    return names, backends, unusable
