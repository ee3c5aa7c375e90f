"""A network's channels in another order, so that those that count for nothing lie together.

Some of LPIPS's weights are exactly 0 (a fifth of SqueezeNet's first layer): their channels add
nothing to any distance. Lying last, they need neither be held nor multiplied.
"""

from collections.abc import Sequence

import torch
from torch.nn import Conv2d, Module


def weightless_last(
    trunk: Module, layers: Sequence[int], weights: list[torch.Tensor]
) -> tuple[list[torch.Tensor], list[tuple[slice, ...]]]:
    """Reorder a trunk's channels in place; what it gives is the same but for their order.

    Args:
        trunk: layers of torchvision's AlexNet, VGG or SqueezeNet, one after the other.
        layers: indices of those that are looked at.
        weights: of the channels of each of these, flat.

    Returns:
        The weights in the new order, and for each layer where those that aren't 0 lie.
    """
    came: torch.Tensor | None = None  # the order of the channels that a layer gets
    ordered: list[torch.Tensor] = []
    counting: list[tuple[slice, ...]] = []
    modules = list(trunk.children())
    convolving = [number for number, module in enumerate(modules) if _convolutions(module)]
    for number, following in zip(convolving, [*convolving[1:], len(modules)], strict=True):
        looked = [place for place, layer in enumerate(layers) if number <= layer < following]
        last = _convolutions(modules[number])
        if len(last) == 3:  # SqueezeNet's Fire: one squeezes what two expand side by side
            squeeze, *last = last
            _reorder(squeeze, came, None)
            came = None
        if not looked:
            for convolution in last:
                _reorder(convolution, came, None)
            came = None
            continue
        weight = weights[looked[0]]
        orders, slices, start = [], [], 0
        for convolution in last:
            own = weight[start : start + convolution.out_channels]
            order = (own == 0).int().argsort(stable=True)
            _reorder(convolution, came, order)
            orders.append(start + order)
            slices.append(slice(start, start + int((own != 0).sum())))
            start += convolution.out_channels
        came = torch.cat(orders)
        ordered.append(weight[came])
        counting.append(tuple(slices))
    return ordered, counting


def _convolutions(module: Module) -> list[Conv2d]:
    return [each for each in module.modules() if isinstance(each, Conv2d)]


def _reorder(convolution: Conv2d, came: torch.Tensor | None, gives: torch.Tensor | None) -> None:
    """Let a convolution take its channels in one order and give them in another."""
    weight, bias = convolution.weight.data, convolution.bias
    if came is not None:
        weight = weight[:, came]
    if gives is not None:
        weight = weight[gives]
        if bias is not None:
            bias.data = bias.data[gives]
    convolution.weight.data = weight
