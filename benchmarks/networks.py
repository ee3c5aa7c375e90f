"""Stand-ins for the real ONNX networks, with the same shapes and about the same cost.

Benchmarks use them where the real weights are not installed. The outputs mean nothing: one bounding
box in the middle of every picture, and nearly the same embedding for every picture. The times of
the code around them are real.
"""

from pathlib import Path
from typing import Any

import numpy as np

from ..models.dependency import require

DETECTOR_SIDE, EMBEDDER_SIDE, BOXES, FEATURES = 640, 384, 8400, 768
# Cost of one picture in GFLOP. YOLOv8s at 640 px: 28.6 according to Ultralytics. CAFormer-S36 at
# 384 px: 52 according to its authors; CCIP's default model is a pruned and fine-tuned CAFormer.
DETECTOR_COST, EMBEDDER_COST = 28.6, 52.0
CHANNELS = 64


def make_networks(folder: Path, cost: float = 1.0) -> tuple[Path, Path]:
    """Write a detector and an embedder.

    Args:
        folder: folder of the two files.
        cost: cost of the networks as a share of the real cost.

    Returns:
        Paths of the detector and of the embedder.
    """
    box = np.zeros((1, 5, BOXES), np.float32)
    box[0, :, 0] = (DETECTOR_SIDE / 2, DETECTOR_SIDE / 2, 220, 500, 0.9)
    detector = _Network("images", DETECTOR_SIDE, 4, cost * DETECTOR_COST)
    detector.add("ReduceMean", axes=[1, 2, 3], keepdims=1)
    detector.add("Squeeze", detector.constant(np.array([3])))
    detector.add("Mul", detector.constant(np.array([1e-6], np.float32)))
    detector.add("Add", detector.constant(box))
    embedder = _Network("input", EMBEDDER_SIDE, 4, cost * EMBEDDER_COST)
    embedder.add("GlobalAveragePool")
    embedder.add("Flatten")
    embedder.add("MatMul", embedder.constant(_weights(CHANNELS, FEATURES)))
    return (
        detector.save(folder / "detector.onnx", "output0", [None, 5, BOXES]),
        embedder.save(folder / "embedder.onnx", "output", [None, FEATURES]),
    )


class _Network:
    """Chain of ONNX nodes that begins with as many convolutions as a cost in GFLOP allows."""

    def __init__(self, name: str, side: int, stride: int, cost: float) -> None:
        self._onnx = require("onnx")
        self._nodes: list[Any] = []
        self._constants: list[Any] = []
        self._input = (name, side)
        self._last = name
        self._convolve(3, stride)
        convolution_cost = 2 * 9 * CHANNELS**2 * (side // stride) ** 2 / 1e9
        for _ in range(max(round(cost / convolution_cost), 1)):
            self._convolve(CHANNELS, 1)

    def _convolve(self, channels: int, stride: int) -> None:
        weights = _weights(CHANNELS, channels, 3, 3)
        self.add("Conv", self.constant(weights), pads=[1] * 4, strides=[stride] * 2)
        self.add("Relu")

    def constant(self, value: np.ndarray) -> str:
        name = f"constant_{len(self._constants)}"
        self._constants.append(self._onnx.numpy_helper.from_array(value, name))
        return name

    def add(self, operation: str, *constants: str, **attributes: Any) -> None:
        """Append a node whose input is the output of the last one."""
        name = f"value_{len(self._nodes)}"
        inputs = [self._last, *constants]
        node = self._onnx.helper.make_node(operation, inputs, [name], **attributes)
        self._nodes.append(node)
        self._last = name

    def save(self, path: Path, output: str, shape: list[int | None]) -> Path:
        """Write the network, whose output is that of the last node, and return the path."""
        helper, float32 = self._onnx.helper, self._onnx.TensorProto.FLOAT
        self._nodes[-1].output[0] = output
        name, side = self._input
        shapes = ((name, ["batch", 3, side, side]), (output, ["batch", *shape[1:]]))
        ends = [helper.make_tensor_value_info(each, float32, axes) for each, axes in shapes]
        graph = helper.make_graph(self._nodes, path.stem, ends[:1], ends[1:], self._constants)
        opset = helper.make_opsetid("", 17)
        self._onnx.save(helper.make_model(graph, opset_imports=[opset], ir_version=8), str(path))
        return path


def _weights(*shape: int) -> np.ndarray:
    random = np.random.default_rng(len(shape))
    spread = np.sqrt(2 / np.prod(shape[1:]))
    return (random.standard_normal(shape) * spread).astype(np.float32)
