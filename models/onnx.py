"""Sessions of onnxruntime for networks in ONNX files; this module alone opens and closes them.

A session reads its input from torch's memory and leaves its outputs there. Nothing is copied to
numpy, and on a GPU nothing to the computer's main memory.
"""

import logging
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch

from .closable_network import Closable, ClosableNetwork, NetworkCache
from .dependency import require
from .frames import InputError
from .graphics_memory import NO_ROOM, MemoryFull, is_out_of_memory

logger = logging.getLogger(__name__)

CUDA, CPU = "CUDAExecutionProvider", "CPUExecutionProvider"

INPUT_TYPES = {"tensor(float)": torch.float32, "tensor(float16)": torch.float16}
ONNX_TYPES = {torch.float32: 1, torch.float16: 10}  # TensorProto.FLOAT, TensorProto.FLOAT16
# Memory of a pass per byte of its input, to ask for room on a card. The first stages hold the most:
# 64 channels at a quarter of the size in CCIP, 32 at a half in YOLO, each with the four times as
# wide layers behind it, and onnxruntime keeps two or three of them at a time.
PASS_PER_INPUT = 20
WORKSPACE = 64 * 1024**2  # bytes that cuDNN may take beside it


class Session(Closable):
    """Network that is ready to run; several threads may run it at the same time.

    ComfyUI may close it to free memory; the next run opens it again.

    Attributes:
        path: path of its file.
        provider: onnxruntime's provider that runs it, such as `CUDAExecutionProvider`.
        input_name: name of its one input.
        input_shape: shape of that input; an axis of any length is a name or None.
        output_names: names of its outputs, in the file's order.
        metadata: texts that its maker wrote into the file, by key.
    """

    def __init__(self, path: Path, device: torch.device) -> None:
        """Open a file; `open_session` opens each file only once.

        Args:
            path: path of an ONNX file with one input of floating-point numbers.
            device: device to run on; the CPU if onnxruntime has no provider for it, or if the
                device has no room.

        Raises:
            InputError: the file is broken, or isn't such a network.
            MissingDependency: onnxruntime is absent.
        """
        self.path = path
        self.provider = CPU
        self.network: ClosableNetwork[Any] = ClosableNetwork(
            path.name, path.stat().st_size, device, partial(_open, path), self._device_of
        )
        session = self.network.use()
        inputs = session.get_inputs()
        if len(inputs) != 1 or inputs[0].type not in INPUT_TYPES:
            received = ", ".join(f"{each.name} of {each.type}" for each in inputs) or "none"
            raise _wrong_file(path, "a network with one input of floating-point numbers", received)
        self.input_name: str = inputs[0].name
        self.input_shape: tuple[int | str | None, ...] = tuple(inputs[0].shape)
        self._type = INPUT_TYPES[inputs[0].type]
        self.output_names: tuple[str, ...] = tuple(o.name for o in session.get_outputs())
        self.metadata: Mapping[str, str] = dict(session.get_modelmeta().custom_metadata_map)

    @property
    def device(self) -> torch.device:
        """Device of its input and its outputs."""
        return self.network.device

    @property
    def runs_on(self) -> str:
        """Provider that runs it, and the reason if the card had no room; for users."""
        return f"{self.provider} ({NO_ROOM})" if self.had_no_room else self.provider

    def run(self, batch: torch.Tensor) -> dict[str, torch.Tensor]:
        """Run the network over a batch.

        A network that was exported for one picture at a time runs over them one by one. If the
        memory is full, smaller batches are tried, then the CPU.

        Args:
            batch: at least one picture, shape as in `input_shape`, on any device.

        Returns:
            The outputs by name, on `device`.

        Raises:
            InputError: the batch has another shape, or even the CPU has no room for one picture.
        """
        self.check_shape(batch.shape)

        longest = 1 if self.input_shape[0] == 1 else len(batch)
        parts = self.in_parts(len(batch), lambda start, end: self._run(batch[start:end]), longest)
        if len(parts) == 1:
            return parts[0]
        return {
            name: torch.cat([each[name].to(self.device) for each in parts])
            for name in self.output_names
        }

    def check_shape(self, shape: Sequence[int]) -> None:
        """Check that the network takes a batch of this shape, of any number of pictures.

        Raises:
            InputError: the network doesn't take it, so the file holds another network than its name
                says.
        """
        input_shape = (None, *self.input_shape[1:])
        fits = len(shape) == len(input_shape) and all(
            length > 0 and (not isinstance(expected_length, int) or expected_length == length)
            for length, expected_length in zip(shape, input_shape, strict=True)
        )
        if not fits:
            lengths = ["any" if not isinstance(each, int) else str(each) for each in input_shape]
            expected = f"a network whose input has the shape {tuple(shape)}"
            received = f"one whose input has the shape ({', '.join(lengths)})"
            raise _wrong_file(self.path, expected, received)

    def _run(self, batch: torch.Tensor) -> dict[str, torch.Tensor]:
        size = batch[0].numel() * len(batch) * self._type.itemsize
        session = self.network.use(PASS_PER_INPUT * size + WORKSPACE)
        device = self.device
        batch = batch.detach().to(device, self._type).contiguous()
        kind, number = device.type, device.index or 0
        if kind == "cuda":  # onnxruntime has its own CUDA stream, which doesn't wait for torch's
            torch.cuda.current_stream(device).synchronize()
        binding = session.io_binding()
        shape, start = tuple(batch.shape), batch.data_ptr()
        binding.bind_input(self.input_name, kind, number, ONNX_TYPES[self._type], shape, start)
        for name in self.output_names:
            binding.bind_output(name, kind, number)
        session.run_with_iobinding(binding)
        binding.synchronize_outputs()
        outputs = [_as_tensor(each, device) for each in binding.get_outputs()]
        return dict(zip(self.output_names, outputs, strict=True))

    def _device_of(self, session: Any, device: torch.device) -> torch.device:
        self.provider = session.get_providers()[0]
        return device if self.provider == CUDA else torch.device("cpu")


# Networks that stay open for the next prompt; InsightFace's packs are kept here too.
OPEN_NETWORKS = NetworkCache()


def open_session(
    path: Path, device: torch.device | str, cache: NetworkCache = OPEN_NETWORKS
) -> Session:
    """Return the session of a network, which is opened if it isn't open yet, or has changed.

    Args:
        path: path of an ONNX file with one input of floating-point numbers.
        device: device to run on, if onnxruntime supports it; `Session.device` is the one in use.
        cache: cache that keeps the session.

    Raises:
        InputError: the file is absent, broken, or holds something else.
        MissingDependency: onnxruntime is absent.
    """
    if not path.is_file():
        received = "a folder" if path.is_dir() else "no such file"
        raise InputError(
            str(path), "an ONNX file", received, "Install the file, or choose another."
        )
    device = usable_device(torch.device(device))
    status = path.stat()
    version = (status.st_mtime_ns, status.st_size)
    return cache.get((path.resolve(), str(device)), version, partial(Session, path, device))


def providers_for(device: torch.device) -> list[Any]:
    """Return the providers of onnxruntime for a torch device, in order of preference.

    onnxruntime skips a provider that can't be loaded, such as one for another version of CUDA.
    `Session.provider` is the one in use.
    """
    onnxruntime = require("onnxruntime")
    if device.type != "cuda" or CUDA not in onnxruntime.get_available_providers():
        return [CPU]
    if hasattr(onnxruntime, "preload_dlls"):
        onnxruntime.preload_dlls()  # loads the CUDA libraries that torch brings
    options = {
        "device_id": str(device.index or 0),
        # TF32 keeps only three digits, so a picture would give other results alone than in a batch.
        "use_tf32": "0",
        # The default tries all algorithms again for each batch size, which takes seconds.
        "cudnn_conv_algo_search": "HEURISTIC",
        # The default doubles the arena at each extension, and the arena never shrinks.
        "arena_extend_strategy": "kSameAsRequested",
    }
    free = free_memory(device)
    if free is not None:  # the rest of the card belongs to ComfyUI's models
        options["gpu_mem_limit"] = str(free)
    return [(CUDA, options), CPU]


def free_memory(device: torch.device) -> int | None:
    """Return the free bytes of a CUDA device, or None if torch can't tell."""
    try:
        return int(torch.cuda.mem_get_info(device)[0])
    except (RuntimeError, AssertionError):  # AssertionError: torch was built without CUDA
        return None


def load_errors() -> tuple[type[Exception], ...]:
    """Return the exceptions that onnxruntime raises for a file that it can't load."""
    errors = require("onnxruntime.capi.onnxruntime_pybind11_state")
    return (
        errors.Fail,
        errors.InvalidArgument,
        errors.InvalidGraph,
        errors.InvalidProtobuf,
        errors.NoModel,
        errors.NotImplemented,
        errors.RuntimeException,
    )


def _open(path: Path, device: torch.device) -> Any:
    onnxruntime = require("onnxruntime")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors only; its warnings are about optimisation

    def open_with(providers: list[Any]) -> Any:
        # Its own fallback to the CPU would hide why the card can't be used.
        return onnxruntime.InferenceSession(
            str(path), sess_options=options, providers=providers, enable_fallback=False
        )

    try:
        try:
            return open_with(providers_for(device))
        except (ValueError, RuntimeError) as error:
            if is_out_of_memory(error) or providers_for(device) == [CPU]:
                raise
            logger.warning(
                "Anime Production: onnxruntime can't use %s (%s); the CPU is used.", device, error
            )
            return open_with([CPU])
    except Exception as error:
        if is_out_of_memory(error):
            raise MemoryFull(path.name) from error
        if not isinstance(error, load_errors()):
            raise
        reason = str(error).rpartition(" : ")[2].splitlines()[0]
        received = f"something that onnxruntime cannot open ({reason})"
        raise _wrong_file(path, "an ONNX file", received) from error


def _wrong_file(path: Path, expected: str, received: str) -> InputError:
    remedy = "The download may be incomplete, or another file may have its name: install it again."
    return InputError(str(path), expected, received, remedy)


def usable_device(device: torch.device) -> torch.device:
    """Return the device for a network, with its index: the CPU if onnxruntime can't use the other.

    With the index, `cuda` and `cuda:0` share a session. ComfyUI makes no room on a card for a
    network that will run on the CPU.
    """
    has_provider = CUDA in require("onnxruntime").get_available_providers()
    if device.type != "cpu" and not (device.type == "cuda" and has_provider):
        return torch.device("cpu")
    if device.type == "cuda" and device.index is None and torch.cuda.is_available():
        return torch.device("cuda", torch.cuda.current_device())
    return device


def _as_tensor(value: Any, device: torch.device) -> torch.Tensor:
    """Return an output as a tensor, without a copy where onnxruntime can share it."""
    if hasattr(value, "__dlpack__"):
        return torch.from_dlpack(value)
    # The newest onnxruntime for Python 3.10 can't share its outputs.
    return torch.from_numpy(value.numpy()).to(device)
