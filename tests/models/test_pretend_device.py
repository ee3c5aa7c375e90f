import math

import pytest
import torch

from ..pretend_device import Counts, pretend_device
from .device_runs import RUNS, random_lpips

CLOSE = 1e-3  # a value on the device may differ from the CPU's by this share, or by this, below 1

# Most operations and waits of each run. A smaller number is an improvement: set it here.
MOST = {
}


@pytest.fixture(scope="module", params=RUNS)
def run(request):
    """The name of a run, and its values on the CPU."""
    return request.param, RUNS[request.param](torch.device("cpu"))


def is_close(value, expected):
    if isinstance(expected, float) and isinstance(value, float):
        return math.isclose(value, expected, rel_tol=CLOSE, abs_tol=CLOSE)
    return value == expected


@pytest.mark.parametrize("kind", ("cuda", "mps"))
def test_the_values_are_those_of_the_cpu_and_the_counts_are_small(run, kind):
    name, expected = run
    with pretend_device(kind) as pretended:
        values = RUNS[name](pretended.device)
        counts = pretended.counts
        if isinstance(values, torch.Tensor):
            values, expected = ({"picture": each.cpu()} for each in (values, expected))
    assert values.keys() == expected.keys()
    for key, value in values.items():
        if isinstance(value, torch.Tensor):
            torch.testing.assert_close(value, expected[key], rtol=0, atol=CLOSE)
        else:
            assert is_close(value, expected[key]), key
    most = MOST[name]
    assert counts.operations <= most.operations, counts
    assert counts.waits <= most.waits, counts
    assert counts.sent <= most.sent, counts
