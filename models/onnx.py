"""Sessions of onnxruntime for networks in ONNX files; this module alone opens and closes them.

A session reads its input from torch's memory and leaves its outputs there. Nothing is copied to
numpy, and on a GPU nothing to the computer's main memory.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from .dependency import require
from .frames import InputError

CUDA, CPU = "CUDAExecutionProvider", "CPUExecutionProvider"
# Sessions that stay open: detector and embedder of two identity models. Each session holds its
# weights in memory, which ComfyUI can't free on a GPU.
MOST_OPEN = 4

INPUT_TYPES = {"tensor(float)": torch.float32, "tensor(float16)": torch.float16}
ONNX_TYPES = {torch.float32: 1, torch.float16: 10}  # TensorProto.FLOAT, TensorProto.FLOAT16


class Session:
    """Network that is ready to run; several threads may run it at the same time.

    Attributes:
        path: path of its file.
        provider: onnxruntime's provider that runs it, such as `CUDAExecutionProvider`.
        device: device of its input and its outputs.
        input_name: name of its one input.
        input_shape: shape of that input; an axis of any length is a name or None.
        output_names: names of its outputs, in the file's order.
        metadata: texts that its maker wrote into the file, by key.
    """

    def __init__(self, path: Path, device: torch.device) -> None:
        """Open a file; `open_session` opens each file only once.

        Args:
            path: path of an ONNX file with one input of floating-point numbers.
            device: device to run on; the CPU if onnxruntime has no provider for it.

        Raises:
            InputError: the file is broken, or isn't such a network.
            MissingDependency: onnxruntime is absent.
        """
        self.path = path
        self._session = _open(path, device)
        self.provider: str = self._session.get_providers()[0]
        self.device = device if self.provider == CUDA else torch.device("cpu")
        inputs = self._session.get_inputs()
        if len(inputs) != 1 or inputs[0].type not in INPUT_TYPES:
            received = ", ".join(f"{each.name} of {each.type}" for each in inputs) or "none"
            raise _wrong_file(path, "a network with one input of floating-point numbers", received)
        self.input_name: str = inputs[0].name
        self.input_shape: tuple[int | str | None, ...] = tuple(inputs[0].shape)
        self._type = INPUT_TYPES[inputs[0].type]
        self.output_names: tuple[str, ...] = tuple(o.name for o in self._session.get_outputs())
        metadata = self._session.get_modelmeta().custom_metadata_map
        self.metadata: Mapping[str, str] = dict(metadata)

    def run(self, batch: torch.Tensor) -> dict[str, torch.Tensor]:
        """Run the network over a batch.

        A network that was exported for one picture at a time runs over them one by one.

        Args:
            batch: at least one picture, shape as in `input_shape`, on any device.

        Returns:
            The outputs by name, on `device`.

        Raises:
            InputError: the batch has another shape.
        """
        self.check_shape(batch.shape)
        batch = batch.detach().to(self.device, self._type)
        if self.input_shape[0] != 1 or len(batch) == 1:
            return self._run(batch.contiguous())
        outputs = [self._run(each.contiguous()) for each in batch.split(1)]
        return {name: torch.cat([each[name] for each in outputs]) for name in self.output_names}

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
        kind, number = self.device.type, self.device.index or 0
        if kind == "cuda":  # onnxruntime has its own CUDA stream, which doesn't wait for torch's
            torch.cuda.current_stream(self.device).synchronize()
        binding = self._session.io_binding()
        shape, start = tuple(batch.shape), batch.data_ptr()
        binding.bind_input(self.input_name, kind, number, ONNX_TYPES[self._type], shape, start)
        for name in self.output_names:
            binding.bind_output(name, kind, number)
        self._session.run_with_iobinding(binding)
        binding.synchronize_outputs()
        outputs = [_as_tensor(each, self.device) for each in binding.get_outputs()]
        return dict(zip(self.output_names, outputs, strict=True))


class Sessions:
    """Cache of open sessions, one for each file and device.

    If there are too many, the session that was used the longest time ago is closed.
    """

    def __init__(self, most_open: int = MOST_OPEN) -> None:
        """Make an empty cache for at most `most_open` sessions."""
        self._most_open = most_open
        self._open: OrderedDict[tuple[Path, str], tuple[tuple[int, int], Session]] = OrderedDict()
        self._lock = threading.Lock()

    def open(self, path: Path, device: torch.device | str) -> Session:
        """Return the session of a file, opened now if it isn't open or if the file has changed."""
        device = _with_index(torch.device(device))
        if not path.is_file():
            received = "a folder" if path.is_dir() else "no such file"
            raise InputError(
                str(path), "an ONNX file", received, "Install the file, or choose another."
            )
        key, status = (path.resolve(), str(device)), path.stat()
        version = (status.st_mtime_ns, status.st_size)
        with self._lock:  # so that two threads that open the same file read it only once
            entry = self._open.pop(key, None)
            session = entry[1] if entry and entry[0] == version else Session(path, device)
            self._open[key] = (version, session)
            while len(self._open) > self._most_open:
                self._open.popitem(last=False)
        return session

    def close(self) -> None:
        """Remove all sessions; the memory of each is freed once no caller uses it any more."""
        with self._lock:
            self._open.clear()


_SESSIONS = Sessions()


def open_session(path: Path, device: torch.device | str) -> Session:
    """Return the session of a network, which is opened if it isn't open yet.

    Args:
        path: path of an ONNX file with one input of floating-point numbers.
        device: device to run on, if onnxruntime supports it; `Session.device` is the one in use.

    Raises:
        InputError: the file is absent, broken, or holds something else.
        MissingDependency: onnxruntime is absent.
    """
    return _SESSIONS.open(path, device)


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
    }
    return [(CUDA, options), CPU]


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
    try:
        return onnxruntime.InferenceSession(
            str(path), sess_options=options, providers=providers_for(device)
        )
    except load_errors() as error:
        reason = str(error).rpartition(" : ")[2].splitlines()[0]
        received = f"something that onnxruntime cannot open ({reason})"
        raise _wrong_file(path, "an ONNX file", received) from error


def _wrong_file(path: Path, expected: str, received: str) -> InputError:
    remedy = "The download may be incomplete, or another file may have its name: install it again."
    return InputError(str(path), expected, received, remedy)


def _with_index(device: torch.device) -> torch.device:
    """Return a device with its index, so that `cuda` and `cuda:0` share a session."""
    if device.type == "cuda" and device.index is None and torch.cuda.is_available():
        return torch.device("cuda", torch.cuda.current_device())
    return device


def _as_tensor(value: Any, device: torch.device) -> torch.Tensor:
    """Return an output as a tensor, without a copy where onnxruntime can share it."""
    if hasattr(value, "__dlpack__"):
        return torch.from_dlpack(value)
    # The newest onnxruntime for Python 3.10 can't share its outputs.
    return torch.from_numpy(value.numpy()).to(device)
