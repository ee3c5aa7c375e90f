import copy

import pytest
import torch

from anime_production.models.perceptual.lpips import NETWORKS
from anime_production.models.perceptual.order import weightless_last

torchvision = pytest.importorskip("torchvision")


@pytest.mark.parametrize("net", NETWORKS)
def test_channels_without_a_weight_lie_last_and_nothing_else_changes(net):
    network = NETWORKS[net]
    torch.manual_seed(3)
    trunk = getattr(torchvision.models, network.builder)(weights=None).features.eval()
    trunk = trunk[: network.layers[-1] + 1].requires_grad_(False)
    reordered = copy.deepcopy(trunk)
    channels = [output.shape[1] for output in outputs_of(trunk, network.layers)]
    weights = [torch.rand(count) * (torch.rand(count) > 0.3) for count in channels]

    ordered, counting = weightless_last(reordered, network.layers, weights)

    before, after = (outputs_of(each, network.layers) for each in (trunk, reordered))
    for layer, weight in enumerate(weights):
        counts = sum(part.stop - part.start for part in counting[layer])
        assert counts == int((weight > 0).sum())
        assert all((ordered[layer][part] > 0).all() for part in counting[layer])
        expected = (before[layer] * weight[:, None, None]).sum(dim=1)
        found = sum(
            (after[layer][:, part] * ordered[layer][part][:, None, None]).sum(dim=1)
            for part in counting[layer]
        )
        torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-6)


def outputs_of(trunk, layers):
    torch.manual_seed(4)
    picture, outputs = torch.rand(1, 3, 48, 64), []
    for number, layer in enumerate(trunk):
        picture = layer(picture)
        if number in layers:
            outputs.append(picture.clone())
    return outputs
