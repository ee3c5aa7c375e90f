"""CCIP against a computation of its own: Pillow, numpy and onnxruntime, as imgutils does it."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from anime_production.models.character.detection import Box, Detection
from anime_production.models.character.embedders import ccip
from anime_production.models.character.embedders.ccip import CcipEmbedder
from anime_production.models.frames import InputError

NAME = ccip.DEFAULT_MODEL
DIMENSIONS = 768
# In pixels of a 200 × 140 frame, and what a detector may say of them: shares, never quite whole.
BOXES = [
    (0, 0, 200, 140),
    (13, 7, 90, 133),
    (50, 20, 199, 61),
    (120, 100, 150, 140),
    (0, 90, 8, 98),
]


def write_network(path: Path, scale: float = 1.0) -> Path:
    """Write a network of the real shapes that looks at every pixel."""
    random = np.random.default_rng(0)
    patches = random.normal(size=(8, 3, 48, 48), scale=0.02).astype(np.float32)
    weights = random.normal(size=(8 * 8 * 8, DIMENSIONS), scale=0.05 * scale).astype(np.float32)
    nodes = [
        helper.make_node("Conv", ["input", "patches"], ["seen"], strides=[48, 48]),
        helper.make_node("Relu", ["seen"], ["lit"]),
        helper.make_node("Flatten", ["lit"], ["flat"]),
        helper.make_node("MatMul", ["flat", "weights"], ["output"]),
    ]
    graph = helper.make_graph(
        nodes,
        "ccip",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", 3, 384, 384])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, ["batch", DIMENSIONS])],
        [numpy_helper.from_array(patches, "patches"), numpy_helper.from_array(weights, "weights")],
    )
    model = helper.make_model(graph, ir_version=9, opset_imports=[helper.make_opsetid("", 17)])
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, path)
    return path


@pytest.fixture(scope="module")
def network(tmp_path_factory) -> Path:
    return write_network(tmp_path_factory.mktemp("ccip") / NAME / "model_feat.onnx")


@pytest.fixture(scope="module")
def pixels() -> np.ndarray:
    """Three frames of 8 bits, each with coarse shapes, fine lines and noise."""
    random = np.random.default_rng(1)
    coarse = random.integers(0, 256, (3, 14, 20, 3)).repeat(10, axis=1).repeat(10, axis=2)
    coarse[:, ::7] = 0
    return (coarse * 0.8 + random.integers(0, 50, coarse.shape)).astype(np.uint8)


@pytest.fixture(scope="module")
def frames(pixels) -> torch.Tensor:
    return torch.from_numpy(pixels).float() / 255


def detected(*boxes) -> tuple[Detection, ...]:
    shares = [Box(x0 / 200, y0 / 140, x1 / 200, y1 / 140) for x0, y0, x1, y1 in boxes]
    return tuple(Detection(Box(0.4, 0.4, 0.5, 0.5), crop) for crop in shares)


def reference_input(picture: np.ndarray, box: tuple[int, int, int, int]) -> np.ndarray:
    image = Image.fromarray(picture).crop(box).resize((384, 384), Image.Resampling.BILINEAR)
    data = np.array(image).transpose(2, 0, 1).astype(np.float32) / 255.0
    mean = np.array([0.48145466, 0.4578275, 0.40821073])[:, None, None]
    deviation = np.array([0.26862954, 0.26130258, 0.27577711])[:, None, None]
    return ((data - mean) / deviation).astype(np.float32)


def reference_embeddings(network: Path, pictures: list[np.ndarray]) -> np.ndarray:
    session = onnxruntime.InferenceSession(network, providers=["CPUExecutionProvider"])
    rows = [session.run(["output"], {"input": each[None]})[0] for each in pictures]
    return np.concatenate(rows)


def test_pictures_come_to_the_network_as_from_the_reference_to_the_last_bit(frames, pixels):
    for x0, y0, x1, y1 in BOXES:
        squares = ccip.resized_to_square(frames[1, y0:y1, x0:x1])[None]
        given = ccip.network_input(squares)[0].numpy()
        np.testing.assert_array_equal(given, reference_input(pixels[1], (x0, y0, x1, y1)))


def test_values_between_two_codes_go_to_the_nearer_one(frames):
    for shift in (-0.4, 0.4):
        shifted = ccip.resized_to_square(frames[1] + shift / 255)
        torch.testing.assert_close(shifted, ccip.resized_to_square(frames[1]), atol=0, rtol=0)


def test_embeddings_are_the_references_for_every_crop_of_every_frame(network, frames, pixels):
    """More crops than fit into one pass, with an empty frame between."""
    detections = [detected(*BOXES), (), detected(*reversed(BOXES))]
    embeddings = CcipEmbedder(NAME, network).embed(frames, detections)
    inputs = [reference_input(pixels[0], box) for box in BOXES]
    inputs += [reference_input(pixels[2], box) for box in reversed(BOXES)]
    assert len(inputs) > ccip.AT_ONCE
    expected = reference_embeddings(network, inputs)
    np.testing.assert_allclose(embeddings, expected, atol=1e-6)
    assert np.abs(expected[0] - expected[1]).max() > 0.1  # the network does tell them apart


def test_a_batch_of_one_equals_a_batch_of_many(network, frames):
    embedder = CcipEmbedder(NAME, network)
    detections = [detected(*BOXES)] * 3
    together = embedder.embed(frames, detections)
    alone = [
        embedder.embed(frame[None], [[each]])
        for frame, found in zip(frames, detections, strict=True)
        for each in found
    ]
    torch.testing.assert_close(together, torch.cat(alone), atol=1e-6, rtol=0)


def test_similarity_is_one_less_the_references_difference(network, frames, pixels):
    embedder = CcipEmbedder(NAME, network)
    embeddings = embedder.embed(frames, [detected(*BOXES)] * 3)
    similarities = embedder.similarities(embeddings, embeddings[:4])
    inputs = [reference_input(picture, box) for picture in pixels for box in BOXES]
    rows = reference_embeddings(network, inputs).astype(np.float64)
    expected = np.empty((15, 4))
    for i, one in enumerate(rows):
        for j, other in enumerate(rows[:4]):
            cosine = one @ other / np.linalg.norm(one) / np.linalg.norm(other)
            expected[i, j] = np.clip((1 - cosine) / 2, 0, 1)
    np.testing.assert_allclose(1 - similarities, expected, atol=1e-6)


def test_opposite_descriptions_have_no_similarity_and_half_the_angle_has_half(network):
    embedder = CcipEmbedder(NAME, network)
    one = torch.tensor([[2.0, 0.0]])
    others = torch.tensor([[5.0, 0.0], [0.0, 0.1], [-3.0, 0.0]])
    assert embedder.similarities(one, others)[0].tolist() == pytest.approx([1.0, 0.5, 0.0])


def test_differences_are_those_of_the_published_example(network):
    """Three pictures, published: their differences to their mean direction, and 1 to 2.

    The first fix all angles between the three, from which the second follows.
    """
    to_merged, first_to_second = np.array([0.07437477, 0.0356068, 0.04396922]), 0.16583099961280823
    cosines = 1 - 2 * to_merged
    length = cosines.sum()  # of the sum of the three unit vectors
    sums = cosines * length - 1  # of each one's cosines to the two others
    pairs = np.array([sums[0] + sums[1] - sums[2], sums[0] + sums[2] - sums[1]]) / 2
    last = sums[1] - pairs[0]
    gram = np.array([[1, pairs[0], pairs[1]], [pairs[0], 1, last], [pairs[1], last, 1]])
    lengths = np.array([3.0, 20.0, 7.0])
    features = torch.from_numpy(np.linalg.cholesky(gram) * lengths[:, None]).float()

    merged = (features / torch.from_numpy(lengths).float()[:, None]).mean(dim=0)
    embedder = CcipEmbedder(NAME, network)
    similarities = embedder.similarities(merged[None], features)
    np.testing.assert_allclose(1 - similarities[0], to_merged, atol=1e-6)
    pair = embedder.similarities(features[:1], features[1:2])
    assert 1 - pair.item() == pytest.approx(first_to_second, abs=5e-5)


def test_the_published_differences_are_the_thresholds(network):
    published = {
        "ccip-caformer_b36-24": 0.213231,
        "ccip-caformer-24-randaug-pruned": 0.178475,
        "ccip-v2-caformer_s36-10": 0.207757,
        "ccip-caformer-6-randaug-pruned_fp32": 0.195122,
        "ccip-caformer-5_fp32": 0.183973,
    }
    assert set(ccip.MODELS) == set(published)
    for name, difference in published.items():
        embedder = CcipEmbedder(name, network)
        loosest, strictest = embedder.threshold_bounds
        assert embedder.threshold == pytest.approx(1 - difference)
        assert 0.5 < loosest < embedder.threshold < strictest < 1
        assert embedder.name == name
        assert f"{ccip.MODELS[name].f1}" in embedder.threshold_note


def test_nobody_has_no_embedding(network, frames):
    embedder = CcipEmbedder(NAME, network)
    nobody = embedder.embed(frames, [(), (), ()])
    somebody = embedder.embed(frames[:1], [detected(BOXES[0])])
    assert len(nobody) == 0
    assert embedder.similarities(nobody, somebody).shape == (0, 1)
    assert embedder.similarities(somebody, nobody).shape == (1, 0)


def test_a_model_without_a_published_threshold_is_refused(network):
    with pytest.raises(InputError, match="ccip-caformer-4_fp32"):
        CcipEmbedder("ccip-caformer-4_fp32", network)


def test_another_network_in_its_place_is_refused_before_it_runs(tmp_path):
    """`model_metrics.onnx` lies beside the right one: it takes features, not pictures."""
    node = helper.make_node("Identity", ["input"], ["output"])
    info = [helper.make_tensor_value_info(n, 1, ["n", 768]) for n in ("input", "output")]
    graph = helper.make_graph([node], "metrics", info[:1], info[1:])
    model = helper.make_model(graph, ir_version=9, opset_imports=[helper.make_opsetid("", 17)])
    onnx.save(model, tmp_path / "model_feat.onnx")
    with pytest.raises(InputError, match=r"model_feat\.onnx.*384.*768"):
        CcipEmbedder(NAME, tmp_path / "model_feat.onnx")


def test_a_network_that_gives_no_numbers_is_refused_not_compared(tmp_path, frames):
    broken = write_network(tmp_path / "model_feat.onnx", scale=1e38)
    with pytest.raises(InputError, match="NaN or infinity"):
        CcipEmbedder(NAME, broken).embed(frames[:1], [detected(BOXES[0])])


def test_installed_models_are_found_the_best_first_however_folders_are_written(tmp_path):
    files = {
        f"ccip-caformer-5_fp32\\{ccip.FILE}": tmp_path / "five",
        f"ccip-caformer_b36-24/{ccip.FILE}": tmp_path / "best",
        f"ccip-of-tomorrow/{ccip.FILE}": tmp_path / "unknown",
        "ccip-v2-caformer_s36-10/model_metrics.onnx": tmp_path / "metrics",
    }
    found = ccip.find_models(files)
    assert list(found.items()) == [
        ("ccip-caformer_b36-24", tmp_path / "best"),
        ("ccip-caformer-5_fp32", tmp_path / "five"),
    ]
