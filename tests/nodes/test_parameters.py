import importlib

import pytest
import torch
from PIL import Image

from anime_production.models.frames import InputError
from anime_production.models.production.phase_parameters import NODES, ParameterError
from anime_production.nodes.parameter_image import AnimeParameterImage
from anime_production.nodes.parameter_nodes import (
    AnimeParameterBoolean,
    AnimeParameterFloat,
    AnimeParameterInt,
    AnimeParameterString,
)

from ..integration.client import Prompt

RED, BLUE = (255, 0, 0), (0, 0, 255)


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """ComfyUI's folders, empty."""
    folder_paths = importlib.import_module("folder_paths")
    for name in ("input", "output", "temp"):
        (tmp_path / name).mkdir()
        monkeypatch.setattr(folder_paths, f"{name}_directory", str(tmp_path / name))
    return tmp_path


def picture(path, colour=RED):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (32, 16), colour).save(path)


@pytest.mark.parametrize(
    ("node", "value"),
    [
        (AnimeParameterString, "a\nb"),
        (AnimeParameterInt, 2**64 - 1),
        (AnimeParameterFloat, 2.5),
        (AnimeParameterBoolean, True),
    ],
)
def test_the_value_comes_out_as_it_is(run_node, node, value):
    (came,) = run_node(node, name="it", value=value).args
    assert came == value
    assert type(came) is type(value)


def test_a_value_that_comes_over_a_link_is_held_to_its_bounds_too(run_node):
    with pytest.raises(ParameterError, match=r"Parameter steps: .* from 1 to 50, got 99"):
        run_node(AnimeParameterInt, name="steps", value=99, low=1, high=50)
    with pytest.raises(ParameterError, match="one of a, b"):
        run_node(AnimeParameterString, name="size", value="c", choices="a\nb\n")


@pytest.mark.parametrize(
    ("class_type", "inputs", "words"),
    [
        ("AnimeParameterInt", {"name": "steps", "value": 99, "high": 50}, "0 to 50, got 99"),
        ("AnimeParameterFloat", {"name": "cfg", "value": -1.0}, "from 0.0 to"),
        (
            "AnimeParameterString",
            {"name": "size", "value": "huge", "choices": "a\nb"},
            "one of a, b",
        ),
        ("AnimeParameterImage", {"name": "image", "value": "gone.png [output]"}, "gone.png"),
        ("AnimeParameterImage", {"name": "image", "value": "../../secret.png"}, "secret.png"),
    ],
)
def test_comfyui_refuses_a_value_that_does_not_fit_in_words_before_anything_runs(
    refusals, class_type, inputs, words
):
    prompt = Prompt()
    parameter = prompt.add(class_type, **inputs)
    prompt.add("TestConsumer", value=parameter.out())
    ((refused, errors),) = refusals(prompt).items()
    assert refused == parameter
    assert all(words in error["details"] for error in errors)


def test_every_parameter_node_is_known_to_the_domain(node_classes):
    assert {name for name in node_classes if name.startswith("AnimeParameter")} == set(NODES)


def test_a_file_is_taken_from_the_folder_that_is_named(run_node, folders):
    picture(folders / "input" / "x.png", RED)
    picture(folders / "output" / "shot" / "x.png", BLUE)
    for name, colour in (("x.png", RED), ("shot/x.png [output]", BLUE)):
        frames, fps, file = run_node(AnimeParameterImage, value=name, fps=8.0).args
        assert frames.shape == (1, 16, 32, 3)
        assert (frames[0, 0, 0] * 255).tolist() == list(colour)
        assert (fps, file) == (8.0, name)


def test_the_fallback_is_taken_while_no_file_is_named_and_not_asked_for_otherwise(run_node):
    frames = torch.rand(3, 16, 16, 3)
    came, fps, file = run_node(AnimeParameterImage, fallback=frames, fps=8.0).args
    assert torch.equal(came, frames)
    assert (fps, file) == (8.0, "")
    assert AnimeParameterImage.check_lazy_status(value="", fallback=None) == ["fallback"]
    assert AnimeParameterImage.check_lazy_status(value="", fallback=frames) == []
    assert AnimeParameterImage.check_lazy_status(value="x.png", fallback=None) == []
    assert AnimeParameterImage.check_lazy_status(value="") == [], "it isn't connected"


def test_without_a_file_and_a_fallback_it_is_said_what_to_do(run_node):
    with pytest.raises(InputError, match=r"still: .* connect frames to fallback"):
        run_node(AnimeParameterImage, name="still")


@pytest.mark.parametrize("name", ["gone.png", "../x.png", "/etc/hostname", "gone.png [output]"])
def test_a_file_that_is_not_there_is_refused_before_the_prompt_runs(run_node, folders, name):
    picture(folders / "x.png")
    problem = AnimeParameterImage.validate_inputs(value=name)
    assert isinstance(problem, str)
    assert name in problem
    with pytest.raises(InputError):
        run_node(AnimeParameterImage, value=name)


def test_a_file_that_is_written_anew_is_read_again(folders):
    picture(folders / "input" / "x.png", RED)
    before = AnimeParameterImage.fingerprint_inputs(value="x.png")
    assert AnimeParameterImage.fingerprint_inputs(value="x.png") == before
    Image.new("RGB", (640, 480), BLUE).save(folders / "input" / "x.png")
    assert AnimeParameterImage.fingerprint_inputs(value="x.png") != before
    assert AnimeParameterImage.fingerprint_inputs(value="gone.png") == ""
