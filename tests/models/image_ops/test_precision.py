import threading

import pytest
import torch

from anime_production.models.image_ops.precision import (
    full_precision,
    summing_device,
    summing_type,
)


def switches():
    """What the user has set, by names that all versions of torch have."""
    backends = torch.backends
    return (
        backends.cuda.matmul.allow_tf32,
        backends.cudnn.allow_tf32,
        backends.cudnn.benchmark,
        backends.cudnn.deterministic,
        backends.cudnn.enabled,
        torch.get_float32_matmul_precision(),
    )


@pytest.mark.parametrize("chosen", ["highest", "high"])
def test_the_switches_of_the_user_are_set_back(chosen):
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision(chosen)
    try:
        chosen_switches = switches()
        with full_precision(), full_precision():
            assert torch.backends.cudnn.deterministic
        with pytest.raises(KeyError), full_precision():
            raise KeyError
        assert switches() == chosen_switches
    finally:
        torch.set_float32_matmul_precision(before)


def test_another_thread_keeps_its_precision():
    before, inside, done = switches(), threading.Event(), threading.Event()

    def work():
        with full_precision():
            inside.set()
            done.wait(10)

    with full_precision():
        thread = threading.Thread(target=work)
        thread.start()
        inside.wait(10)
    assert torch.backends.cudnn.deterministic
    done.set()
    thread.join()
    assert switches() == before


def test_each_kind_of_device_adds_up_as_precisely_as_it_can():
    assert summing_type(torch.device("cuda")) is summing_type(torch.device("cpu")) is torch.float64
    assert summing_type(torch.device("mps")) is torch.float32
    assert summing_device(torch.device("mps")) == torch.device("cpu")
    assert summing_device(torch.device("cuda", 0)) == torch.device("cuda", 0)
