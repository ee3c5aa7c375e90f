"""Files that a graph loads, among a job's parameters."""

from typing import Any

import pytest

from anime_production.models.jobs.provenance.generation_parameters import generation_parameters

from ..graphs import graph_of, values_of_kinds

LOADERS: list[tuple[str, dict[str, Any], str]] = [
    ("LoadImage", {"image": "hill.png"}, "hill.png"),
    ("LoadImageOutput", {"image": "Winter/hill_00001_.png [output]"},
     "Winter/hill_00001_.png [output]"),
    ("LoadVideo", {"file": "walk.webm"}, "walk.webm"),
    ("LoadAudio", {"audio": "rain.flac"}, "rain.flac"),
    ("Load3D", {"model_file": "3d/house.glb", "width": 512, "height": 512}, "3d/house.glb"),
    ("VHS_LoadVideo", {"video": "walk.mp4", "force_rate": 0, "format": "AnimateDiff"}, "walk.mp4"),
    ("VHS_LoadVideoPath", {"video": "/clips/walk.mp4"}, "/clips/walk.mp4"),
    ("VHS_LoadImages", {"directory": "shots"}, "shots"),
    ("LoadImagesFromFolderKJ", {"folder": "/shots/03", "width": 512}, "/shots/03"),
    ("LoadAndResizeImage", {"image": "hill.JPG", "keep_proportion": "resize"}, "hill.JPG"),  # KJ
    ("LoadVideosFromFolder", {"video": "/clips"}, "/clips"),  # KJNodes
    ("Load image with metadata [Crystools]", {"image": "hill.png"}, "hill.png"),
]  # fmt: skip


@pytest.mark.parametrize(("class_type", "inputs", "file"), LOADERS)
def test_a_loaded_file_is_a_parameter(class_type, inputs, file):
    params = generation_parameters(graph_of(loader=(class_type, inputs)))
    assert values_of_kinds(params, "input_file") == [file]


@pytest.mark.parametrize(
    ("class_type", "inputs"),
    [
        ("SaveImage", {"filename_prefix": "hill.png", "image": "x.png"}),
        ("VHS_VideoCombine", {"filename_prefix": "a.mp4", "format": "video/h264-mp4"}),
        ("AnimeJobSave", {"filename": "{project}.png"}),
        ("CheckpointLoaderSimple", {"ckpt_name": "a.safetensors"}),
        ("LoadImage", {"image": ["other", 0]}),
        ("ETN_LoadImageBase64", {"image": "data:image/png;base64," + "A" * 2000 + ".png"}),
        ("CLIPTextEncode", {"clip": ["c", 0], "text": "a sign that says hill.png"}),
        ("ImageScale", {"image": ["other", 0], "upscale_method": "area"}),
    ],
)
def test_what_no_node_loads_is_none(class_type, inputs):
    params = generation_parameters(graph_of(node=(class_type, inputs)))
    assert values_of_kinds(params, "input_file") == []


def test_a_path_over_a_link_is_read_where_it_is_written():
    graph = graph_of(
        path=("PrimitiveString", {"value": "/clips/walk.mp4"}),
        loader=("VHS_LoadVideoPath", {"video": ["path", 0]}),
    )
    assert values_of_kinds(generation_parameters(graph), "input_file") == ["/clips/walk.mp4"]
