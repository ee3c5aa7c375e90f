"""The work of every node on small pictures, as functions of the device that it runs on.

Each function takes a device and returns the values by which a run on one device is compared with a
run on another: the values of a report by name, or a picture.
"""

import torch

from anime_production.models.character.character_score import score_characters
from anime_production.models.character.declaration import Resources
from anime_production.models.character.detection import (
    Box,
    Detection,
    IdentityModel,
    Region,
)
from anime_production.models.character.embedders.palette import PaletteEmbedder
from anime_production.models.character.identity import WITHOUT_WEIGHTS, choose_identity_model
from anime_production.models.character.marks import marked_model, read_marks
from anime_production.models.character.pictures import contact_sheet, overlay
from anime_production.models.character.registry import FOLDERS
from anime_production.models.character.sheet import make_character
from anime_production.models.frames import as_frames
from anime_production.models.loop.close import close_loop
from anime_production.models.loop.find import find_loops
from anime_production.models.loop.preview import seam_preview
from anime_production.models.loop.seam import score_loop
from anime_production.models.perceptual.lpips import LPIPS, NETWORKS
from anime_production.models.perceptual.structural import Structural
from anime_production.models.quality.clip_quality import score_clip_quality
from anime_production.models.quality.compare.comparison import compare_pictures
from anime_production.models.quality.compare.pairs import paired
from anime_production.models.quality.compare.picture import draw_differences
from anime_production.models.quality.still.still_quality import score_still_quality
from anime_production.models.sample.sample_clip import draw_clip

WIDTH, HEIGHT, PERIOD = 208, 152, 10
FRAMES = 24
PICTURES = 3


def clip(count=FRAMES):
    """A drawn clip, as ComfyUI hands it over: on the CPU."""
    return draw_clip(count, WIDTH, HEIGHT, PERIOD, 0, seed=1)


def noisy(frames):
    generator = torch.Generator().manual_seed(3)
    return (frames + 0.05 * torch.randn(frames.shape, generator=generator)).clamp(0, 1)


def values_of(report):
    """The values of a report's measurements by name, and its verdict."""
    values = {each.name: each.value for each in report.measurements}
    return values | {"verdict": report.verdict.value}


def random_lpips(net, device):
    """LPIPS with random weights, the same each time."""
    import torchvision.models

    torch.manual_seed(5)
    trunk = getattr(torchvision.models, NETWORKS[net].builder)(weights=None).features
    channels = {
        "alex": (64, 192, 384, 256, 256),
        "squeeze": (64, 128, 256, 384, 384, 512, 512),
    }[net]
    weights = [torch.rand(count).where(torch.rand(count) > 0.2, 0.0) for count in channels]
    return LPIPS(net, trunk, weights, device)


def still(device):
    return values_of(score_still_quality(clip(PICTURES), device=device))


def clip_quality(device):
    return values_of(score_clip_quality(as_frames(clip().to(device)), fps=12))


def compare(device):
    pictures = clip(PICTURES)
    return values_of(compare_pictures(paired(noisy(pictures), pictures, device=device)))


def compare_lpips(device):
    pictures = clip(PICTURES)
    pairs = paired(noisy(pictures), pictures, device=device)
    backend = random_lpips("alex", device)
    return values_of(compare_pictures(pairs, ("lpips_alex",), [backend]))


def difference_picture(device):
    pictures = clip(PICTURES)
    return draw_differences(paired(noisy(pictures), pictures, device=device))


def loop_score(device):
    return values_of(score_loop(clip(), 12, Structural(device)))


def loop_score_alex(device):
    return values_of(score_loop(clip(), 12, random_lpips("alex", device)))


def found_loops(search):
    places = {f"place {n}": (each.start, each.length) for n, each in enumerate(search.candidates)}
    return values_of(search.report) | places


def loop_find(device):
    return found_loops(find_loops(clip(), 12, backend=Structural(device)))


def loop_find_alex(device):
    return found_loops(find_loops(clip(), 12, backend=random_lpips("alex", device)))


def loop_find_squeeze(device):
    return found_loops(find_loops(clip(), 12, backend=random_lpips("squeeze", device)))


def loop_close(device):
    images = draw_clip(23, WIDTH, HEIGHT, 20, 0, seed=1)
    closed = close_loop(images, 12, backend=Structural(device))
    return values_of(closed.report)


def loop_close_there(device):
    """As with `--gpu-only`, where the images are on the device."""
    images = draw_clip(23, WIDTH, HEIGHT, 20, 0, seed=1).to(device)
    closed = close_loop(images, 12, backend=Structural(device))
    return values_of(closed.report) | {"images": closed.images.mean().item()}


def loop_find_there(device):
    """As with `--gpu-only`, where the images are on the device."""
    return found_loops(find_loops(as_frames(clip().to(device)), 12, backend=Structural(device)))


def loop_preview(device):
    return seam_preview(clip().to(device))


def identity(name, device):
    if name == "bust":
        return IdentityModel(OneFace(), PaletteEmbedder(Region.BUST, device), "A face in a place.")
    resources = Resources({folder: {} for folder in FOLDERS}, device)
    return choose_identity_model(WITHOUT_WEIGHTS, resources)


class OneFace:
    """A detector that finds the face in the middle, where the drawn character has it."""

    name, region, device = "one_face", Region.BUST, "cpu"

    def detect(self, frames):
        face = Box(0.4, 0.2, 0.6, 0.5)
        return [(Detection(face, Box(0.3, 0.1, 0.7, 0.9), 0.9, face=face),)] * len(frames)


def characters(device, name="palette", masks=False):
    references = draw_clip(3, WIDTH, HEIGHT, 3, 0, seed=1)
    frames = clip(6)
    model = identity(name, device)
    if masks:
        figure = torch.zeros(1, HEIGHT, WIDTH)
        figure[:, 20:, 60:150] = 1
        model = marked_model(model, read_marks(figure, None, frames))
    sheet, sheet_report = make_character("Rin", references, model)
    result = score_characters(frames, [sheet], model)
    drawn = overlay(frames, result.report)
    sheet_picture = contact_sheet(sheet)
    values = {f"sheet {name}": value for name, value in values_of(sheet_report).items()}
    pictures = {"overlay": drawn.mean().item(), "contact": sheet_picture.mean().item()}
    return values | values_of(result.report) | pictures


def characters_masked(device):
    return characters(device, masks=True)


def characters_bust(device):
    return characters(device, name="bust")


RUNS = {
    each.__name__: each
    for each in (
        *(still, clip_quality, compare, compare_lpips, difference_picture),
        *(loop_score, loop_score_alex, loop_find, loop_find_alex, loop_find_squeeze, loop_close),
        *(loop_find_there, loop_close_there),
        *(loop_preview, characters, characters_masked, characters_bust),
    )
}
