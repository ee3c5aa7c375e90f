import hashlib
import os

import pytest

from anime_production.models.weights import WeightFile
from anime_production.models.weights import published as module
from anime_production.models.weights.published import is_published

CONTENT = b"weights"
HASH = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "model.onnx"
    file.write_bytes(CONTENT)
    return file


def published(size=None, sha256=""):
    return WeightFile("model.onnx", "https://example.org/model.onnx", size, sha256=sha256)


@pytest.mark.parametrize(
    ("file", "is_it"),
    [
        (published(), True),
        (published(7), True),
        (published(8), False),
        (published(7, HASH), True),
        (published(sha256=HASH[:8]), True),
        (published(7, "0" + HASH[1:]), False),
    ],
)
def test_a_file_is_what_was_published_where_size_and_hash_are(path, file, is_it):
    assert is_published(file, path) is is_it


def test_a_file_is_read_once_until_it_changes(path, monkeypatch):
    read, sha256_of = [], module.sha256_of
    monkeypatch.setattr(module, "sha256_of", lambda each: read.append(each) or sha256_of(each))
    file = published(7, HASH)
    assert is_published(file, path)
    assert is_published(file, path)
    assert len(read) == 1
    path.write_bytes(b"another")
    os.utime(path, ns=(1, 1))
    assert not is_published(file, path)
