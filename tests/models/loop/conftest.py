"""What the tests of loops share."""

import pytest

from anime_production.models.perceptual.backend import choose_backend
from anime_production.models.perceptual.structural import STRUCTURAL_BACKEND


@pytest.fixture
def backend(request):
    """The structural distance, or SqueezeNet's with its real weights."""
    if request.param == "structural":
        return STRUCTURAL_BACKEND
    file = request.getfixturevalue("shared_assets") / "weights" / "squeezenet1_1_features.pth"
    return choose_backend("lpips-squeeze", {file.name: file})[0]
