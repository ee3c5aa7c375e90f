import pytest
import torch

from anime_production.models.character.detection import Region
from anime_production.models.character.detectors.whole_image import WholeImageDetector
from anime_production.models.character.embedders.palette import PaletteEmbedder, embed
from anime_production.models.character.figure import CHUNK
from anime_production.models.character.whole_figure import find_figures

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def clip(sample):
    """A character, but for a blank frame; more frames than one chunk."""
    frames = sample(1, 3, frames=CHUNK + 3).clone()
    frames[4] = 0.5
    return frames


def test_each_frame_has_one_detection_or_none(clip):
    found = WholeImageDetector(CPU).detect(clip)
    assert [len(each) for each in found] == [1, 1, 1, 1, 0] + [1] * (len(clip) - 5)
    assert found[0][0].crop == found[0][0].box
    assert found[0][0].confidence is None


def test_the_palette_gives_what_it_gives_of_the_figures_themselves(clip):
    found = WholeImageDetector(CPU).detect(clip)
    embeddings = PaletteEmbedder(Region.FIGURE, CPU).embed(clip, found)
    figures = find_figures(clip)
    torch.testing.assert_close(embeddings, embed(figures)[figures.visible], atol=1e-6, rtol=0)
    boxes = torch.tensor([each[0].box for each in found if each])
    torch.testing.assert_close(boxes, figures.boxes[figures.visible], atol=1e-6, rtol=0)


def test_a_known_figure_is_not_looked_for_again(clip):
    """Its pixels may be gone: what the detector saw is what is described."""
    found = WholeImageDetector(CPU).detect(clip)
    embedder = PaletteEmbedder(Region.FIGURE, CPU)
    assert torch.equal(embedder.embed(torch.zeros_like(clip), found), embedder.embed(clip, found))
