"""The classifiers against a computation of its own: Pillow, numpy, onnxruntime, as in imgutils."""

import json

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from anime_production.models.frames import InputError
from anime_production.models.quality.still.learned import (
    AESTHETIC,
    CLASSIFIERS,
    COMPLETENESS,
    LearnedMeasure,
    installed,
)

SIDES = {AESTHETIC.name: 448, COMPLETENESS.name: 384}


def write_network(folder, classifier, side, labels=None, dynamic=False):
    """A network of the real shapes that looks at every pixel, with softmax; files as installed."""
    random = np.random.default_rng(0)
    classes = len(classifier.worth)
    patch = side // 8
    patches = random.normal(size=(8, 3, patch, patch), scale=0.02).astype(np.float32)
    weights = random.normal(size=(8 * 8 * 8, classes), scale=0.3).astype(np.float32)
    nodes = [
        helper.make_node("Conv", ["input", "patches"], ["seen"], strides=[patch, patch]),
        helper.make_node("Relu", ["seen"], ["lit"]),
        helper.make_node("Flatten", ["lit"], ["flat"]),
        helper.make_node("MatMul", ["flat", "weights"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["output"]),
    ]
    shape = ["batch", 3, "height", "width"] if dynamic else ["batch", 3, side, side]
    graph = helper.make_graph(
        nodes,
        classifier.name,
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, ["batch", classes])],
        [numpy_helper.from_array(patches, "patches"), numpy_helper.from_array(weights, "weights")],
    )
    model = helper.make_model(graph, ir_version=9, opset_imports=[helper.make_opsetid("", 17)])
    path = folder / classifier.file
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, path)
    files = {classifier.file: path}
    if labels is not None:
        meta = path.with_name("meta.json")
        meta.write_text(json.dumps({"labels": labels}), encoding="utf-8")
        files[f"{classifier.model}/meta.json"] = meta
    return files


@pytest.fixture(scope="module")
def pixels():
    return np.random.default_rng(1).integers(0, 256, (90, 140, 3)).astype(np.uint8)


@pytest.fixture(scope="module")
def frame(pixels):
    return torch.from_numpy(pixels).float() / 255


def reference(path, pixels, side):
    image = Image.fromarray(pixels).resize((side, side), Image.Resampling.BILINEAR)
    data = np.asarray(image).transpose(2, 0, 1).astype(np.float64) / 255
    batch = ((data - 0.5) / 0.5).astype(np.float32)[None]
    return onnxruntime.InferenceSession(str(path)).run(["output"], {"input": batch})[0][0]


@pytest.mark.parametrize("dynamic", [False, True])
@pytest.mark.parametrize("classifier", CLASSIFIERS, ids=lambda each: each.name)
def test_probabilities_are_those_of_the_reference(tmp_path, classifier, dynamic, pixels, frame):
    side = 384 if dynamic else SIDES[classifier.name]
    files = write_network(tmp_path, classifier, side, dynamic=dynamic)
    found = LearnedMeasure(classifier, files).probabilities(frame)
    expected = reference(files[classifier.file], pixels, side)
    assert list(found) == list(classifier.worth)
    assert list(found.values()) == pytest.approx(expected.tolist(), abs=1e-5)
    assert expected.std() > 0.01


def test_the_score_counts_classes_from_worst_to_masterpiece(tmp_path, frame):
    files = write_network(tmp_path, AESTHETIC, 448)
    measure = LearnedMeasure(AESTHETIC, files)
    shares = measure.probabilities(frame)
    names = ["worst", "low", "normal", "good", "great", "best", "masterpiece"]
    expected = sum(number * shares[name] for number, name in enumerate(names))
    assert measure.value(frame) == pytest.approx(expected)


def test_the_labels_beside_the_network_say_which_class_is_which(tmp_path, frame):
    files = write_network(tmp_path, COMPLETENESS, 384, labels=["rough", "monochrome", "polished"])
    measure = LearnedMeasure(COMPLETENESS, files)
    assert measure.value(frame) == pytest.approx(measure.probabilities(frame)["polished"])
    assert list(measure.probabilities(frame)) == ["rough", "monochrome", "polished"]


def test_what_is_installed_is_found_and_what_is_not_is_left_out(tmp_path):
    files = write_network(tmp_path, COMPLETENESS, 384)
    assert installed({}) == ()
    assert installed({COMPLETENESS.name: {"README.md": tmp_path}}) == ()
    names = [each.name for each in installed({COMPLETENESS.name: files})]
    assert names == [COMPLETENESS.name]


def test_another_networks_file_is_refused(tmp_path, frame):
    files = write_network(tmp_path, COMPLETENESS, 384, labels=["a", "b", "c"])
    with pytest.raises(InputError, match="classes"):
        LearnedMeasure(COMPLETENESS, files)
    wrong = write_network(tmp_path / "other", COMPLETENESS, 384)[COMPLETENESS.file]
    with pytest.raises(InputError, match="7 classes"):
        LearnedMeasure(AESTHETIC, {AESTHETIC.file: wrong}).value(frame)
    with pytest.raises(InputError, match="nothing there"):
        LearnedMeasure(AESTHETIC, {})
