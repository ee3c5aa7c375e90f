"""Precision of numbers on each kind of device: which has doubles, and products without TF32."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

# Kinds of devices that compute with double precision. Apple's GPUs, DirectML and some of Intel's
# cards don't have it; AMD's cards are "cuda" for torch.
WITH_DOUBLES = ("cpu", "cuda")


def has_doubles(device: torch.device) -> bool:
    """Return True if a device can compute with double precision."""
    return device.type in WITH_DOUBLES


def summing_type(device: torch.device) -> torch.dtype:
    """Return the most precise type of numbers in which a device can add up."""
    return torch.float64 if has_doubles(device) else torch.float32


def summing_device(device: torch.device) -> torch.device:
    """Return the device that adds up the results of a device in double precision."""
    return device if has_doubles(device) else torch.device("cpu")


class _FullPrecision:
    """Switches of torch that keep single precision whole, set while a thread needs them.

    By default, cuDNN rounds the factors of convolutions to TF32, and users can allow the same for
    matrix products. TF32 keeps three digits.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._before: list[Any] = []

    def begin(self) -> None:
        """Set the switches, unless another thread has set them."""
        with self._lock:
            self._users += 1
            if self._users == 1:
                self._before = [getattr(owner, name) for owner, name, _ in _switches()]
                for owner, name, value in _switches():
                    setattr(owner, name, value)

    def end(self) -> None:
        """Set the switches back, unless another thread still needs them."""
        with self._lock:
            self._users -= 1
            if self._users == 0:
                for (owner, name, _), value in zip(_switches(), self._before, strict=True):
                    setattr(owner, name, value)


def _switches() -> list[tuple[Any, str, Any]]:
    """Return the owner, the name and the needed value of each switch of this version of torch."""
    matmul, cudnn = torch.backends.cuda.matmul, torch.backends.cudnn
    steady = [(cudnn, "benchmark", False), (cudnn, "deterministic", True)]
    if hasattr(cudnn, "conv"):  # torch 2.9; it raises an error where older names are used beside it
        return [(matmul, "fp32_precision", "ieee"), (cudnn.conv, "fp32_precision", "ieee"), *steady]
    return [(matmul, "allow_tf32", False), (cudnn, "allow_tf32", False), *steady]


_FULL_PRECISION = _FullPrecision()


@contextmanager
def full_precision() -> Iterator[None]:
    """Compute products and convolutions in whole single precision, the same in each run."""
    _FULL_PRECISION.begin()
    try:
        yield
    finally:
        _FULL_PRECISION.end()
