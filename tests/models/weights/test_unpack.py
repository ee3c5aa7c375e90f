import io
import zipfile

import pytest

from anime_production.models.weights import Weight, WeightFile
from anime_production.models.weights.fetch import FetchFailed, fetch
from anime_production.models.weights.weight import files_in

from .conftest import a_weight, left_behind


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def a_pack(hub, content: bytes) -> Weight:
    source = hub.offer("pack.zip", content)
    return a_weight(
        WeightFile("models/pack.zip", source, len(content)),
        unpacked="models/pack",
        members=("det.onnx", "rec.onnx"),
    )


@pytest.mark.parametrize("folder", ["", "pack/"])
def test_a_pack_lies_flat_however_its_zip_was_made(hub, tmp_path, folder):
    files = {"det.onnx": b"1", "rec.onnx": b"2", "read.me": b"3", "run.py": b"4"}
    weight = a_pack(hub, zipped({folder + name: content for name, content in files.items()}))
    paths = fetch(weight, tmp_path)
    place = tmp_path / "kind" / "models" / "pack"
    assert paths == [place / "det.onnx", place / "rec.onnx"]
    assert [path.read_bytes() for path in paths] == [b"1", b"2"]
    assert left_behind(tmp_path) == ["det.onnx", "rec.onnx"]
    assert weight.installed(files_in(tmp_path / "kind")) == place


def test_a_pack_that_is_there_in_another_layout_is_left_alone(hub, tmp_path):
    weight = a_pack(hub, zipped({"det.onnx": b"1", "rec.onnx": b"2"}))
    nested = tmp_path / "kind" / "models" / "pack" / "pack"
    nested.mkdir(parents=True)
    for name in weight.members:
        (nested / name).write_bytes(b"own")
    assert [path.parent for path in fetch(weight, tmp_path)] == [nested, nested]
    assert hub.asked == []


def test_half_a_pack_is_completed(hub, tmp_path):
    weight = a_pack(hub, zipped({"det.onnx": b"1", "rec.onnx": b"2"}))
    place = tmp_path / "kind" / "models" / "pack"
    place.mkdir(parents=True)
    (place / "det.onnx").write_bytes(b"half")
    assert [path.read_bytes() for path in fetch(weight, tmp_path)] == [b"1", b"2"]


@pytest.mark.parametrize(
    "name", ["../../evil.onnx", "/evil.onnx", "C:evil.onnx", "a\\..\\evil.onnx"]
)
def test_a_zip_that_points_outside_is_refused_and_nothing_of_it_kept(hub, tmp_path, name):
    weight = a_pack(hub, zipped({"det.onnx": b"1", "rec.onnx": b"2", name: b"3"}))
    with pytest.raises(FetchFailed, match="points outside of the archive"):
        fetch(weight, tmp_path / "models")
    assert not [path for path in tmp_path.rglob("*.onnx")]


def test_a_zip_without_what_it_is_fetched_for_is_refused(hub, tmp_path):
    weight = a_pack(hub, zipped({"det.onnx": b"1"}))
    with pytest.raises(FetchFailed, match=r"has no rec\.onnx"):
        fetch(weight, tmp_path)
    assert not (tmp_path / "kind" / "models" / "pack").exists()


def test_what_is_no_zip_is_said(hub, tmp_path):
    with pytest.raises(FetchFailed, match="is no complete zip"):
        fetch(a_pack(hub, b"no zip at all"), tmp_path)
    assert left_behind(tmp_path) == []
