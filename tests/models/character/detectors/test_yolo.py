"""YOLO detectors against a slow computation of their own, on small networks of the real shapes."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from anime_production.models.character.detection import Region
from anime_production.models.character.detectors.suppression import NESTED_SHARE
from anime_production.models.character.detectors.yolo import KINDS, YoloDetector
from anime_production.models.frames import InputError

CPU = torch.device("cpu")
SIDE, CELL = 320, 32
CELLS = SIDE // CELL
GREEN = torch.tensor([0.0, 0.8, 0.0])


def save(path, nodes, constants, batch="batch", sides=("height", "width"), metadata=None):
    graph = helper.make_graph(
        nodes,
        "yolo",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [batch, 3, *sides])],
        [helper.make_tensor_value_info("output0", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, ir_version=9, opset_imports=[helper.make_opsetid("", 17)])
    helper.set_model_props(model, metadata or {})
    onnx.save(model, path)
    return path


def finder_of_green(path: Path, end_to_end=False, batch="batch") -> Path:
    """Each cell of the picture is a box; it is as sure as the cell is green."""
    green = np.zeros((1, 3, CELL, CELL), np.float32)
    green[0, :, :, :] = np.array([-1, 1, -1], np.float32)[:, None, None] / CELL**2
    middles = (np.arange(CELLS, dtype=np.float32) + 0.5) * CELL
    y, x = (each.ravel() for each in np.meshgrid(middles, middles, indexing="ij"))
    sides = np.full_like(x, CELL)
    centred = np.stack([x, y, sides, sides])[None]
    corners = np.stack([x - CELL / 2, y - CELL / 2, x + CELL / 2, y + CELL / 2])[None]
    constants = {
        "green": green,
        "boxes": corners if end_to_end else centred,
        "line": np.array([0, 1, CELLS * CELLS], np.int64),
        "zero": np.zeros(1, np.float32),
    }
    nodes = [
        helper.make_node("Conv", ["images", "green"], ["pooled"], strides=[CELL, CELL]),
        helper.make_node("Relu", ["pooled"], ["lit"]),
        helper.make_node("Reshape", ["lit", "line"], ["scores"]),
        helper.make_node("Mul", ["scores", "zero"], ["zeros"]),
        helper.make_node("Add", ["zeros", "boxes"], ["all_boxes"]),
    ]
    if end_to_end:
        columns = ["all_boxes", "scores", "zeros"]
        nodes.append(helper.make_node("Concat", columns, ["rows"], axis=1))
        nodes.append(helper.make_node("Transpose", ["rows"], ["output0"], perm=[0, 2, 1]))
    else:
        nodes.append(helper.make_node("Concat", ["all_boxes", "scores"], ["output0"], axis=1))
    return save(path, nodes, constants, batch, metadata={"imgsz": f"[{SIDE}, {SIDE}]"})


def answering(path: Path, output: np.ndarray) -> Path:
    """Says the same of every picture; takes one at a time, of 640 × 640, as many exports do."""
    nodes = [
        helper.make_node("ReduceMean", ["images"], ["mean"], keepdims=0),
        helper.make_node("Mul", ["mean", "zero"], ["nothing"]),
        helper.make_node("Add", ["nothing", "answer"], ["output0"]),
    ]
    constants = {"zero": np.zeros(1, np.float32), "answer": output.astype(np.float32)[None]}
    return save(path, nodes, constants, batch=1, sides=(640, 640))


def marked(*cells):
    """Black frames, twice as wide as high; each has one cell of the network's picture green."""
    frames = torch.zeros(len(cells), 160, 320, 3)
    for frame, places in zip(frames, cells, strict=True):
        for row, column in places:
            frame[row * 16 : row * 16 + 16, column * 32 : column * 32 + 32] = GREEN
    return frames


@pytest.mark.parametrize("end_to_end", [False, True], ids=["anchors", "end to end"])
@pytest.mark.parametrize("batch", ["batch", 1], ids=["any batch", "one by one"])
def test_a_marked_square_is_found_where_it_is(tmp_path, end_to_end, batch):
    path = finder_of_green(tmp_path / "model.onnx", end_to_end, batch)
    detector = YoloDetector("anime_person", "green", path, None, CPU)
    found = detector.detect(marked([(2, 3)], [], [(7, 9), (0, 0)]))
    assert [len(each) for each in found] == [1, 0, 2]
    assert found[0][0].box == pytest.approx((0.3, 0.2, 0.4, 0.3), abs=1e-5)
    assert found[0][0].crop == found[0][0].box
    corners = sorted(each.box[:2] for each in found[2])
    assert corners[0] == pytest.approx((0.0, 0.0), abs=1e-5)
    assert corners[1] == pytest.approx((0.9, 0.7), abs=1e-5)
    assert found[0][0].confidence == pytest.approx(0.8, abs=0.1)  # the edges are a little soft


def test_many_frames_give_what_each_gives_alone(tmp_path):
    detector = YoloDetector(
        "anime_face", "green", finder_of_green(tmp_path / "model.onnx"), None, CPU
    )
    frames = torch.rand(3, 160, 320, 3, generator=torch.Generator().manual_seed(1)) / 5
    frames += marked([(2, 3)], [(5, 5)], [(7, 1), (4, 4)]) * 0.8
    together = detector.detect(frames)
    alone = [detector.detect(frame[None])[0] for frame in frames]
    assert [len(each) for each in together] == [1, 1, 2]
    for one, other in zip(together, alone, strict=True):
        for first, second in zip(one, other, strict=True):
            assert first.box == pytest.approx(second.box, abs=1e-6)
            assert first.confidence == pytest.approx(second.confidence, abs=1e-6)


def test_frames_are_squeezed_as_pillow_does_it(tmp_path):
    """A few pixels drawn large: each cell is as sure as its mean in Pillow's bicubic picture."""
    path = finder_of_green(tmp_path / "model.onnx")
    shades = torch.randint(0, 256, (24, 30, 1), generator=torch.Generator().manual_seed(1)) / 255
    frame = shades * torch.tensor([0.0, 1.0, 0.0])
    picture = Image.fromarray((frame * 255).round().byte().numpy()).resize((SIDE, SIDE))
    seen = np.asarray(picture, np.float64)[..., 1] / 255
    cells = seen.reshape(CELLS, CELL, CELLS, CELL).mean(axis=(1, 3))
    found = YoloDetector("anime_face", "green", path, None, CPU).detect(frame[None])[0]
    assert len(found) == (cells > KINDS["anime_face"].confidence).sum() > 2
    for each in found:
        cell = cells[round(each.box.top * CELLS), round(each.box.left * CELLS)]
        assert each.confidence == pytest.approx(cell, abs=1 / 255)


@pytest.mark.parametrize("kind", list(KINDS))
def test_boxes_are_decoded_as_a_slow_computation_decodes_them(tmp_path, kind):
    random = np.random.default_rng(5)
    groups = random.uniform(150, 490, (40, 2)).repeat(20, axis=0)
    output = np.concatenate(
        [
            (groups + random.normal(0, 12, groups.shape)).T,
            random.uniform(30, 140, (2, len(groups))),
            random.uniform(0, 1, (2, len(groups))) ** 3,
        ]
    ).astype(np.float32)
    path = answering(tmp_path / "model.onnx", output)
    found = YoloDetector(kind, "known", path, None, CPU).detect(torch.zeros(2, 320, 640, 3))
    expected = slowly_decoded(output, KINDS[kind].confidence, KINDS[kind].overlap)
    assert len(expected) > 10
    for frame in found:
        assert len(frame) == len(expected)
        for each, (box, score) in zip(frame, expected, strict=True):
            assert each.confidence == pytest.approx(score)
            assert each.box == pytest.approx(np.clip(np.array(box) / 640, 0, 1), abs=1e-6)


def slowly_decoded(output, confidence, overlap):
    """As imgutils does it, one box after the other; and boxes inside others go as well."""
    boxes = []
    for x, y, width, height, *scores in output.T.astype(float):
        if max(scores) > confidence:
            box = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
            boxes.append((box, max(scores)))
    kept = []
    for box, score in sorted(boxes, key=lambda each: -each[1]):
        if not any(is_same(box, other, overlap) for other, _ in kept):
            kept.append((box, score))
    return kept


def is_same(one, other, overlap):
    def area(left, top, right, bottom):
        return max(right - left + 1, 0) * max(bottom - top + 1, 0)

    shared = area(*np.maximum(one[:2], other[:2]), *np.minimum(one[2:], other[2:]))
    smaller, both = min(area(*one), area(*other)), area(*one) + area(*other) - shared
    return shared / both > overlap or shared / smaller >= NESTED_SHARE


def test_the_threshold_of_the_network_replaces_the_published_one(tmp_path):
    path = finder_of_green(tmp_path / "model.onnx")
    threshold = tmp_path / "threshold.json"
    frames = marked([(2, 3)])
    for least, count in ((0.1, 1), (0.9, 0)):
        threshold.write_text(json.dumps({"threshold": least, "f1_score": 0.9}))
        detector = YoloDetector("anime_face", "green", path, threshold, CPU)
        assert len(detector.detect(frames)[0]) == count


def test_a_threshold_that_is_none_is_named(tmp_path):
    path = finder_of_green(tmp_path / "model.onnx")
    threshold = tmp_path / "threshold.json"
    threshold.write_text("<html>")
    with pytest.raises(InputError, match=r"threshold\.json"):
        YoloDetector("anime_face", "green", path, threshold, CPU)


def test_a_face_and_a_head_grow_to_a_bust_and_a_person_stays(tmp_path):
    path = finder_of_green(tmp_path / "model.onnx")
    frames = marked([(5, 5)])
    faces, heads, persons = (YoloDetector(kind, "green", path, None, CPU) for kind in KINDS)
    assert (faces.region, heads.region, persons.region) == (
        Region.BUST,
        Region.BUST,
        Region.FIGURE,
    )
    face, head, person = (each.detect(frames)[0][0] for each in (faces, heads, persons))
    assert face.box == head.box == person.box == person.crop
    assert face.crop.overlap(face.box) == face.box
    assert face.crop.area > head.crop.area > 2 * head.box.area  # the same box as a face is larger
    assert person.face is None


def test_a_network_that_is_no_detector_is_named(tmp_path):
    path = answering(tmp_path / "model.onnx", np.zeros((3, 10)))
    with pytest.raises(InputError, match=r"model\.onnx.*4 \+ classes"):
        YoloDetector("anime_face", "other", path, None, CPU).detect(torch.zeros(1, 64, 64, 3))


def test_it_is_named_by_kind_and_network_and_says_what_runs_it(tmp_path):
    path = finder_of_green(tmp_path / "model.onnx")
    detector = YoloDetector("anime_head", "head_detect_v2.0_s", path, None, CPU)
    assert detector.name == "anime_head:head_detect_v2.0_s"
    assert detector.device == "CPUExecutionProvider"
