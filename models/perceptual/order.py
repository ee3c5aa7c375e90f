"""Reordering of a network's channels, so that those with a weight of 0 come last.

Some of LPIPS's weights are exactly 0 (a fifth of SqueezeNet's first layer): their channels add
nothing to any distance. When they come last, they need neither be stored nor multiplied.
"""

from collections.abc import Sequence

import torch
from torch.nn import Conv2d, Module


def weightless_last(
    trunk: Module, layers: Sequence[int], weights: list[torch.Tensor]
) -> tuple[list[torch.Tensor], list[tuple[slice, ...]]]:
    """Reorder the channels of a trunk in place, those with a weight of 0 last.

    The outputs of its layers stay the same, except for the order of their channels.

    Args:
        trunk: layers of torchvision's AlexNet, VGG or SqueezeNet, one after the other.
        layers: indices of the layers whose outputs LPIPS compares.
        weights: LPIPS's weights of the channels of each of these layers, flat.

    Returns:
        The weights in the new order, and for each layer the slices of its channels whose weights
        aren't 0.
    """
    input_order: torch.Tensor | None = None  # order of the channels that enter the next layer
    ordered: list[torch.Tensor] = []
    nonzero: list[tuple[slice, ...]] = []
    modules = list(trunk.children())
    starts = [number for number, module in enumerate(modules) if _convolutions(module)]
    for number, following in zip(starts, [*starts[1:], len(modules)], strict=True):
        # Places in `layers` of the layers from this module up to the next one with convolutions.
        compared = [place for place, layer in enumerate(layers) if number <= layer < following]
        outer = _convolutions(modules[number])
        if len(outer) == 3:  # SqueezeNet's Fire: one convolution feeds two that lie side by side
            squeeze, *outer = outer
            _reorder(squeeze, input_order, None)
            input_order = None
        if not compared:
            for convolution in outer:
                _reorder(convolution, input_order, None)
            input_order = None
            continue
        weight = weights[compared[0]]
        orders, slices, start = [], [], 0
        for convolution in outer:
            channel_weights = weight[start : start + convolution.out_channels]
            order = (channel_weights == 0).int().argsort(stable=True)
            _reorder(convolution, input_order, order)
            orders.append(start + order)
            slices.append(slice(start, start + int((channel_weights != 0).sum())))
            start += convolution.out_channels
        input_order = torch.cat(orders)
        ordered.append(weight[input_order])
        nonzero.append(tuple(slices))
    return ordered, nonzero


def _convolutions(module: Module) -> list[Conv2d]:
    return [each for each in module.modules() if isinstance(each, Conv2d)]


def _reorder(
    convolution: Conv2d, input_order: torch.Tensor | None, output_order: torch.Tensor | None
) -> None:
    """Change the order of a convolution's input and output channels; None keeps an order."""
    weight, bias = convolution.weight.data, convolution.bias
    if input_order is not None:
        weight = weight[:, input_order]
    if output_order is not None:
        weight = weight[output_order]
        if bias is not None:
            bias.data = bias.data[output_order]
    convolution.weight.data = weight
