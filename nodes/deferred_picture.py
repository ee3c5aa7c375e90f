"""An IMAGE that is drawn when somebody looks at it."""

from collections.abc import Callable, Iterable
from typing import Any

import torch

# What may be asked of the tensor without needing its pixels; ComfyUI's cache asks for its size.
_ASKS_NO_PIXELS = {
    *(getattr(torch.Tensor, name).__get__ for name in ("shape", "ndim", "dtype", "device")),
    torch.Tensor.numel,
    torch.Tensor.element_size,
    torch.Tensor.size,
    torch.Tensor.dim,
    torch.Tensor.__len__,
}


class DeferredPicture(torch.Tensor):
    """A tensor of known shape whose pixels are drawn at the first operation that needs them.

    A node can't know whether a picture output of it is connected: ComfyUI's cache key doesn't hold
    who consumes an output, so a plot that was left out of one prompt would be missing from the
    next, which finds the node cached. Here the drawing itself waits instead.

    Method: `__torch_function__` subclassing,
    https://docs.pytorch.org/docs/stable/notes/extending.html
    """

    _draw: Callable[[], torch.Tensor] | None = None

    @classmethod
    def __torch_function__(
        cls,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        if func not in _ASKS_NO_PIXELS:
            for picture in _pictures_in((args, kwargs)):
                picture._finish()
        with torch._C.DisableTorchFunctionSubclass():
            return func(*args, **kwargs)

    def __deepcopy__(self, memo: dict[int, Any]) -> torch.Tensor:
        return self.clone()

    def _finish(self) -> None:
        draw, self._draw = self._draw, None
        if draw is None:
            return
        try:
            pixels = draw()
        except BaseException:
            self._draw = draw
            raise
        with torch.inference_mode(), torch._C.DisableTorchFunctionSubclass():
            self.copy_(pixels)


def deferred_picture(shape: tuple[int, ...], draw: Callable[[], torch.Tensor]) -> torch.Tensor:
    """An IMAGE of a known shape, drawn when a consumer first touches its pixels.

    Args:
        shape: (pictures, height, width, channels) of what `draw` returns.
        draw: makes the picture, RGB in 0–1; called at most once unless it fails.

    Returns:
        A float32 tensor on the CPU; to others an ordinary tensor.
    """
    with torch.inference_mode():
        picture = torch.empty(shape).as_subclass(DeferredPicture)
    picture._draw = draw
    return picture


def _pictures_in(values: Any) -> Iterable[DeferredPicture]:
    if isinstance(values, DeferredPicture):
        yield values
    elif isinstance(values, dict):
        yield from _pictures_in(tuple(values.values()))
    elif isinstance(values, list | tuple):
        for value in values:
            yield from _pictures_in(value)
