import json
import os
import struct
from pathlib import Path

import pytest

from anime_production.models.jobs.provenance.generation_parameters import GenerationParameter
from anime_production.models.jobs.provenance.model_hashes import noted_sha256, with_hashes

HASH = "c0ffee" * 10 + "1234"
OTHER = "deadbeef" * 8


@pytest.fixture
def model(tmp_path) -> Path:
    """A file that names, in its header, the hash of its tensors."""
    named = {"__metadata__": {"modelspec.hash_sha256": f"0x{OTHER}", "sshs_model_hash": OTHER}}
    header = json.dumps(named).encode()
    path = tmp_path / "ink.safetensors"
    path.write_bytes(struct.pack("<Q", len(header)) + header)
    return path


def test_the_hash_in_a_header_is_of_the_tensors_and_not_of_the_file(model):
    assert noted_sha256(model) is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ink.safetensors.sha256", f"{HASH.upper()}\n"),
        ("ink.sha256", f"{OTHER}  paint.safetensors\n{HASH} *ink.safetensors\n"),
    ],
)
def test_a_checksum_beside_the_file(model, name, text):
    model.with_name(name).write_text(text)
    assert noted_sha256(model) == HASH


def test_what_lora_manager_noted_unless_the_file_has_another_size_now(model):
    note = model.with_suffix(".metadata.json")
    note.write_text(json.dumps({"sha256": HASH, "size": model.stat().st_size}))
    assert noted_sha256(model) == HASH
    model.write_bytes(b"another")
    assert noted_sha256(model) is None


def test_the_file_of_a_civitai_page_that_has_its_size(model):
    kilobytes = model.stat().st_size / 1024
    files = [
        {"sizeKB": kilobytes, "hashes": {"SHA256": HASH.upper(), "AutoV3": OTHER}},
        {"sizeKB": kilobytes + 100, "hashes": {"SHA256": OTHER}},
    ]
    note = model.with_suffix(".civitai.info")
    note.write_text(json.dumps({"files": files}))
    assert noted_sha256(model) == HASH
    note.write_text(json.dumps({"files": files[1:]}))
    assert noted_sha256(model) is None


def test_a_download_of_hugging_face_unless_the_file_was_changed_since(model):
    note = model.parent / ".cache/huggingface/download/ink.safetensors.metadata"
    note.parent.mkdir(parents=True)
    note.write_text(f"11c5a3d5811f50298f278a704980280950aedb10\n{HASH}\n2000000000.0\n")
    assert noted_sha256(model) == HASH
    os.utime(model, (2e9 + 60, 2e9 + 60))
    assert noted_sha256(model) is None


def test_a_link_into_the_hugging_face_cache(tmp_path):
    blob = tmp_path / "blobs" / HASH
    blob.parent.mkdir()
    blob.write_bytes(b"weights")
    link = tmp_path / "model.safetensors"
    link.symlink_to(blob)
    assert noted_sha256(link) == HASH


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"files": 3}', '{"sha256": 3, "size": 1}', "\0", "[" * 5000]
)
def test_a_note_in_no_known_form_is_none(model, text):
    for suffix in (".civitai.info", ".metadata.json", ".sha256"):
        model.with_suffix(suffix).write_text(text)
    assert noted_sha256(model) is None


def test_only_files_of_models_that_are_there_get_a_hash(model):
    model.with_suffix(".sha256").write_text(HASH)

    def find_file(folder: str, name: str) -> Path | None:
        return model if (folder, name) == ("diffusion_models", "style/ink.safetensors") else None

    known = GenerationParameter("1", "UNETLoader", "model", "unet_name", "style/ink.safetensors")
    gone = GenerationParameter("2", "VAELoader", "vae", "vae_name", "gone.safetensors")
    text = GenerationParameter("3", "CLIPTextEncode", "positive", "text", "style/ink.safetensors")
    assert [each.sha256 for each in with_hashes((known, gone, text), find_file)] == [
        HASH,
        None,
        None,
    ]
