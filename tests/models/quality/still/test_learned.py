"""The classifiers against a computation of its own: Pillow, numpy, onnxruntime, as in imgutils."""

import json
import sys

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.capi.onnxruntime_pybind11_state import RuntimeException
from PIL import Image

from anime_production.models.frames import InputError
from anime_production.models.quality.still.learned import (
    AESTHETIC,
    CLASSIFIERS,
    COMPLETENESS,
    LearnedMeasure,
    open_installed,
)
from anime_production.models.quality.still.still_quality import score_still_quality
from anime_production.models.report import Verdict

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


def opened(completeness, aesthetic=None):
    files = {COMPLETENESS.name: completeness, AESTHETIC.name: aesthetic or {}}
    return open_installed(files)


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])


def overwrite(path):
    """With a page of the hub, as a browser saves it where a licence wants to be accepted."""
    path.write_text("<!doctype html><title>Hugging Face</title>", encoding="utf-8")


def empty(path):
    path.write_bytes(b"")


def spoil_weights(path):
    """One value, with the file as it should be but for that."""
    model = onnx.load(path)
    weights = numpy_helper.to_array(model.graph.initializer[1]).copy()
    weights[3] = np.nan
    model.graph.initializer[1].CopyFrom(numpy_helper.from_array(weights, "weights"))
    onnx.save(model, path)


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
    assert opened({}).ready == ()
    assert opened({"README.md": tmp_path}).ready == ()
    assert [each.name for each in opened(files).ready] == [COMPLETENESS.name]


def test_another_networks_file_is_refused(tmp_path, frame):
    files = write_network(tmp_path, COMPLETENESS, 384, labels=["a", "b", "c"])
    with pytest.raises(InputError, match="classes"):
        LearnedMeasure(COMPLETENESS, files)
    wrong = write_network(tmp_path / "other", COMPLETENESS, 384)[COMPLETENESS.file]
    with pytest.raises(InputError, match="7 classes"):
        LearnedMeasure(AESTHETIC, {AESTHETIC.file: wrong}).value(frame)
    with pytest.raises(InputError, match="no such file"):
        LearnedMeasure(AESTHETIC, {})


@pytest.mark.parametrize("spoil", [cut, overwrite, empty, spoil_weights])
def test_a_broken_network_is_left_out_with_its_file_and_the_rest_is_measured(
    tmp_path, frame, spoil, caplog
):
    files = write_network(tmp_path, COMPLETENESS, 384)
    spoil(files[COMPLETENESS.file])
    report = score_still_quality(frame[None], learned=opened(files))
    found = {each.name: each for each in report.measurements}
    left_out = found.pop(COMPLETENESS.name)
    assert (left_out.verdict, left_out.required) == (Verdict.NOT_MEASURED, False)
    assert left_out.reason_code == "weights_unusable"
    assert f"models/{COMPLETENESS.name}/{COMPLETENESS.file} can't be used" in left_out.reason
    assert f"--fetch {COMPLETENESS.name}" in left_out.reason
    assert str(tmp_path) not in left_out.reason
    assert str(tmp_path) in caplog.text
    alone = {each.name: each for each in score_still_quality(frame[None]).measurements}
    assert all(found[name] == alone[name] for name in found)


def test_broken_names_of_the_classes_are_named(tmp_path):
    files = write_network(tmp_path, COMPLETENESS, 384, labels=["a"])
    reason = opened(files).unusable[COMPLETENESS.name]
    assert reason.values["file"].endswith("mobilenetv3_v2.2_dist/meta.json")
    overwrite(files[COMPLETENESS.labels])
    assert opened(files).unusable[COMPLETENESS.name] == reason


def test_another_file_than_the_one_that_was_published_is_no_rating(tmp_path):
    files = write_network(tmp_path, AESTHETIC, 448)
    learned = opened({}, files)
    assert learned.ready == ()
    assert learned.unusable[AESTHETIC.name].code == "weights_unusable"


def test_without_onnxruntime_it_says_what_to_install(tmp_path, frame, monkeypatch):
    files = write_network(tmp_path, COMPLETENESS, 384)
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    report = score_still_quality(frame[None], learned=opened(files))
    left_out = next(each for each in report.measurements if each.name == COMPLETENESS.name)
    assert left_out.reason_code == "package_unusable"
    assert "pip install onnxruntime" in left_out.reason


@pytest.mark.parametrize("when", ["opening", "running"])
def test_a_full_memory_is_named_and_not_called_a_broken_file(tmp_path, frame, monkeypatch, when):
    full = "BFCArena::AllocateRawInternal Failed to allocate memory for requested buffer of size 9"

    def refuse(*arguments, **options):
        raise RuntimeException(f"[ONNXRuntimeError] : 6 : RUNTIME_EXCEPTION : {full}")

    files = write_network(tmp_path, COMPLETENESS, 384)
    if when == "opening":
        monkeypatch.setattr(onnxruntime, "InferenceSession", refuse)
    else:
        monkeypatch.setattr(onnxruntime.InferenceSession, "run_with_iobinding", refuse)
    report = score_still_quality(frame[None], learned=opened(files))
    left_out = next(each for each in report.measurements if each.name == COMPLETENESS.name)
    assert left_out.reason_code == "no_memory"
    assert "enough free memory" in left_out.reason
    assert "install" not in left_out.reason
