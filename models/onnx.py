"""Networks in ONNX files: the one place that opens onnxruntime's sessions, keeps and closes them.

A session reads its input where torch has it and leaves its outputs there: nothing goes through
numpy, and on a GPU nothing through the computer's own memory.
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
# A detector and an embedder of two identity models. Each holds its weights, on a GPU outside of
# what ComfyUI can free, so more are not kept.
KEPT = 4

INPUT_TYPES = {"tensor(float)": torch.float32, "tensor(float16)": torch.float16}
ONNX_TYPES = {torch.float32: 1, torch.float16: 10}  # TensorProto.FLOAT, TensorProto.FLOAT16


class Session:
    """A network that is ready to run. Several threads may run it at the same time.

    Attributes:
        path: its file.
        provider: what really runs it, such as `CUDAExecutionProvider`.
        device: where its input is read and its outputs are left.
        input_name, input_shape: of its one input; axes of any length have a name or None.
        output_names: in the file's order.
        metadata: what its maker wrote into the file.
    """

    def __init__(self, path: Path, device: torch.device) -> None:
        """Open a file; `open_session` does it once for each.

        Args:
            path: an ONNX file with one input of floating-point numbers.
            device: where to run; the CPU is taken where onnxruntime has no provider for it.

        Raises:
            InputError: no such file.
            MissingDependency: onnxruntime is absent.
        """
        self.path = path
        self._session = _open(path, device)
        self.provider: str = self._session.get_providers()[0]
        self.device = device if self.provider == CUDA else torch.device("cpu")
        inputs = self._session.get_inputs()
        if len(inputs) != 1 or inputs[0].type not in INPUT_TYPES:
            came = ", ".join(f"{each.name} of {each.type}" for each in inputs) or "none"
            raise _wrong_file(path, "a network with one input of floating-point numbers", came)
        self.input_name: str = inputs[0].name
        self.input_shape: tuple[int | str | None, ...] = tuple(inputs[0].shape)
        self._type = INPUT_TYPES[inputs[0].type]
        self.output_names: tuple[str, ...] = tuple(o.name for o in self._session.get_outputs())
        metadata = self._session.get_modelmeta().custom_metadata_map
        self.metadata: Mapping[str, str] = dict(metadata)

    def run(self, batch: torch.Tensor) -> dict[str, torch.Tensor]:
        """Run the network over a batch.

        A network that was exported for one picture at a time gets them one by one.

        Args:
            batch: at least one, shape as in `input_shape`, on any device.

        Returns:
            Its outputs by name, on `device`.

        Raises:
            InputError: a batch of another shape.
        """
        self.check_shape(batch.shape)
        batch = batch.detach().to(self.device, self._type)
        if self.input_shape[0] != 1 or len(batch) == 1:
            return self._run(batch.contiguous())
        answers = [self._run(each.contiguous()) for each in batch.split(1)]
        return {name: torch.cat([each[name] for each in answers]) for name in self.output_names}

    def check_shape(self, shape: Sequence[int]) -> None:
        """Find out before running it whether a batch fits, in whatever number of pictures.

        Raises:
            InputError: it doesn't: the file holds another network than its name promises.
        """
        fixed = (None, *self.input_shape[1:])
        fits = len(shape) == len(fixed) and all(
            length > 0 and (not isinstance(wanted, int) or wanted == length)
            for length, wanted in zip(shape, fixed, strict=True)
        )
        if not fits:
            lengths = ["any" if not isinstance(each, int) else str(each) for each in fixed]
            expected = f"a network whose input has the shape {tuple(shape)}"
            came = f"one whose input has the shape ({', '.join(lengths)})"
            raise _wrong_file(self.path, expected, came)

    def _run(self, batch: torch.Tensor) -> dict[str, torch.Tensor]:
        kind, number = self.device.type, self.device.index or 0
        if kind == "cuda":  # onnxruntime has a stream of its own, which doesn't wait for torch's
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
    """The sessions that are open, one for each file and device; the least used one goes first."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._open: OrderedDict[tuple[Path, str], tuple[tuple[int, int], Session]] = OrderedDict()
        self._lock = threading.Lock()

    def open(self, path: Path, device: torch.device | str) -> Session:
        """The session of a file as it is now: one that was replaced is read again."""
        where = _numbered(torch.device(device))
        if not path.is_file():
            came = "a folder" if path.is_dir() else "nothing there"
            raise InputError(
                str(path), "an ONNX file", came, "Install the file, or choose another."
            )
        key, status = (path.resolve(), str(where)), path.stat()
        version = (status.st_mtime_ns, status.st_size)
        with self._lock:  # two threads that want the same file wait for one reading of it
            known = self._open.pop(key, None)
            session = known[1] if known and known[0] == version else Session(path, where)
            self._open[key] = (version, session)
            while len(self._open) > self._kept:
                self._open.popitem(last=False)
        return session

    def close(self) -> None:
        """Let go of all. Each one's memory is given back when nobody works with it any more."""
        with self._lock:
            self._open.clear()


_SESSIONS = Sessions()


def open_session(path: Path, device: torch.device | str) -> Session:
    """Open a network, or take the one that is open.

    Args:
        path: an ONNX file with one input of floating-point numbers.
        device: where to run it; see `Session.device` for where it does.

    Raises:
        InputError: the file is absent, broken, or something else.
        MissingDependency: onnxruntime is absent.
    """
    return _SESSIONS.open(path, device)


def providers_for(device: torch.device) -> list[Any]:
    """What onnxruntime is asked to run on, in order, for a torch device.

    It skips what can't be loaded, such as CUDA of another version: ask the session what it uses.
    """
    onnxruntime = require("onnxruntime")
    if device.type != "cuda" or CUDA not in onnxruntime.get_available_providers():
        return [CPU]
    if hasattr(onnxruntime, "preload_dlls"):
        onnxruntime.preload_dlls()  # the CUDA libraries that came with torch
    options = {
        "device_id": str(device.index or 0),
        "use_tf32": "0",  # keeps three digits; a batch of one would differ from one of many
        # The default tries every algorithm anew for each batch size: seconds.
        "cudnn_conv_algo_search": "HEURISTIC",
    }
    return [(CUDA, options), CPU]


def load_failures() -> tuple[type[Exception], ...]:
    """What onnxruntime raises at a file that it can't make a network of."""
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
    options.log_severity_level = 3  # errors; its warnings are about how it optimises
    try:
        return onnxruntime.InferenceSession(
            str(path), sess_options=options, providers=providers_for(device)
        )
    except load_failures() as error:
        reason = str(error).rpartition(" : ")[2].splitlines()[0]
        came = f"something that onnxruntime cannot open ({reason})"
        raise _wrong_file(path, "an ONNX file", came) from error


def _wrong_file(path: Path, expected: str, came: str) -> InputError:
    remedy = "The download may be incomplete, or another file may have its name: install it again."
    return InputError(str(path), expected, came, remedy)


def _numbered(device: torch.device) -> torch.device:
    """`cuda` is whichever is current; its number is part of where a session is."""
    if device.type == "cuda" and device.index is None and torch.cuda.is_available():
        return torch.device("cuda", torch.cuda.current_device())
    return device


def _as_tensor(value: Any, device: torch.device) -> torch.Tensor:
    """An output where it lies, without a copy; onnxruntime of Python 3.10 has only numpy's way."""
    if hasattr(value, "__dlpack__"):
        return torch.from_dlpack(value)
    return torch.from_numpy(value.numpy()).to(device)
