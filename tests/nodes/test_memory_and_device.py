"""All nodes with images: what they keep of their inputs, and where their pictures lie."""

import gc
import weakref
from types import SimpleNamespace

import comfy.model_management
import numpy as np
import pytest
import torch

from anime_production.models.jobs.job import new_job
from anime_production.models.loop.seam import score_loop
from anime_production.models.quality.still.still_quality import score_still_quality
from anime_production.models.sample.sample_clip import Faults, draw_clip
from anime_production.models.snapshots.store import SNAPSHOTS
from anime_production.nodes import job_save

from ..pretend_device import PretendTensor, pretend_device

FRAMES, SIDE = 24, 96


class Memory(np.ndarray):
    """Numbers of which a weak reference can be held: torch keeps them as long as it uses them."""


def kept_apart(frames):
    """A copy of frames, and a weak reference to the memory of all tensors that share it."""
    memory = frames.cpu().numpy().copy().view(Memory)
    return torch.from_numpy(memory), weakref.ref(memory)


@pytest.fixture(scope="module")
def clip():
    return draw_clip(FRAMES, SIDE, SIDE, 10, 0, 1)


@pytest.fixture(scope="module")
def gated(clip):
    """Frames of which those in the middle pass, and the report that says so."""
    frames = clip.clone()
    frames[:6] = 0.5
    frames[12:] = 0.5
    return frames, score_still_quality(frames)


@pytest.fixture
def inputs(request, clip, gated):
    """Frames for a node's run, with a report on them."""
    divides = request.getfixturevalue("name") in ("AnimeBestOf", "AnimeGate")
    return gated if divides else (clip, gated[1])


@pytest.fixture
def job_files(tmp_path, monkeypatch):
    """A folder for the files of jobs, and a recorder that forgets."""
    import folder_paths

    monkeypatch.setattr(folder_paths, "output_directory", str(tmp_path / "output"))
    recorder = SimpleNamespace(record=lambda event: None, left_out=lambda job_id: None)
    monkeypatch.setattr(job_save, "open_recorder", lambda directory: recorder)


def character_of(run, images, **inputs):
    return run("AnimeCharacterSheet", references=images[:3].clone(), name="Rin", **inputs).args[0]


def masks_of(images):
    masks = torch.zeros(1, SIDE, SIDE, device=images.device)
    masks[:, 10:, 20:70] = 1
    return masks


def sound_on(device):
    """Two seconds of a tone that doesn't loop."""
    waveform = torch.sin(torch.arange(88_200) * 0.0471).repeat(2, 1)[None]
    return {"waveform": waveform.to(device), "sample_rate": 44_100}


# A run of each node, and its images. What a node passes on unchanged isn't among these inputs: a
# gate that accepts all, a take that wins, a clip that already loops.
RUNS = {
    "AnimeBestOf": lambda run, images, report: run("AnimeBestOf", images=images, report=report),
    "AnimeGate": lambda run, images, report: run(
        "AnimeGate", images=images, report=report, level="frame", on_fail="best"
    ),
    "AnimeCharacterSheet": lambda run, images, report: run(
        "AnimeCharacterSheet", references=images[:3], name="Rin"
    ),
    "AnimeCharacterSheet, masks": lambda run, images, report: run(
        "AnimeCharacterSheet", references=images[:3], name="Rin", masks=masks_of(images)
    ),
    "AnimeCharacterScore": lambda run, images, report: run(
        "AnimeCharacterScore", images=images[:4], character=character_of(run, images)
    ),
    "AnimeCharacterOverlay": lambda run, images, report: run(
        "AnimeCharacterOverlay",
        images=images[:4],
        report=run(
            "AnimeCharacterScore", images=images[:4], character=character_of(run, images)
        ).args[0],
    ),
    "AnimeCharacterContactSheet": lambda run, images, report: run(
        "AnimeCharacterContactSheet", character=character_of(run, images)
    ),
    "AnimeClipQuality": lambda run, images, report: run("AnimeClipQuality", images=images[:12]),
    "AnimeStillQuality": lambda run, images, report: run("AnimeStillQuality", images=images[:3]),
    "AnimeCompareImages": lambda run, images, report: run(
        "AnimeCompareImages", images=images, references=images[:1]
    ),
    "AnimeDifferencePicture": lambda run, images, report: run(
        "AnimeDifferencePicture", images=images, references=images[:1]
    ),
    "AnimeJobSave": lambda run, images, report: run(
        "AnimeJobSave", job=new_job("a prompt", project="Winter", shot="1"), images=images
    ),
    "AnimeLoopScore": lambda run, images, report: run(
        "AnimeLoopScore", images=images, audio=sound_on(images.device)
    ),
    "AnimeLoopFind": lambda run, images, report: run(
        "AnimeLoopFind", images=images, max_frames=10, audio=sound_on(images.device)
    ),
    "AnimeLoopClose": lambda run, images, report: run(
        "AnimeLoopClose", images=images, method="crossfade", audio=sound_on(images.device)
    ),
    "AnimeLoopClose, morph": lambda run, images, report: run(
        "AnimeLoopClose", images=images, method="flow_morph", audio=sound_on(images.device)
    ),
    "AnimeLoopClose, back": lambda run, images, report: run(
        "AnimeLoopClose", images=images, method="ping_pong", audio=sound_on(images.device)
    ),
}
# Nodes that give pictures without taking any.
DRAWINGS = {
    "AnimeReportPlot": lambda run, images, report: run("AnimeReportPlot", report=report),
    "AnimeLoopMap": lambda run, images, report: run(
        "AnimeLoopMap", report=run("AnimeLoopFind", images=images).args[1]
    ),
    "AnimeSampleClip": lambda run, images, report: run("AnimeSampleClip", frames=4),
}


@pytest.fixture
def run(run_node, node_classes, job_files):
    return lambda node_id, **inputs: run_node(node_classes[node_id], **inputs)


def test_every_node_with_images_is_run_here(node_classes):
    with_images = {
        node_id
        for node_id, node in node_classes.items()
        for each in node.GET_SCHEMA().inputs
        if each.get_io_type() in ("IMAGE", "MASK") and node_id != "AnimeParameterImage"
    }
    assert with_images <= {name.partition(",")[0] for name in RUNS}


@pytest.mark.parametrize("name", RUNS)
def test_no_output_keeps_a_clip_that_the_graph_has_let_go(run, inputs, name):
    frames, report = inputs
    images, memory = kept_apart(frames)
    outputs = RUNS[name](run, images, report)
    del images
    assert SNAPSHOTS.settle(60)  # their thread holds the clip until its pictures are made
    gc.collect()
    assert memory() is None
    assert outputs is not None


def test_takes_that_lose_are_let_go(run, clip):
    loser, memory = kept_apart(draw_clip(FRAMES, SIDE, SIDE, 24, 0, 1, Faults(seam_jump=8.0)))
    winner = draw_clip(FRAMES, SIDE, SIDE, 24, 0, 1)
    takes = {"take0": [loser], "take1": [winner]}
    reports = {f"report{n}": [score_loop(each[0], 12)] for n, each in enumerate(takes.values())}
    outputs = run("AnimeBestTake", takes=takes, reports=reports)
    assert outputs.args[0] is winner
    del loser, takes
    gc.collect()
    assert memory() is None


@pytest.mark.parametrize("name", [*RUNS, *DRAWINGS])
def test_pictures_lie_where_comfyui_keeps_them(run, inputs, monkeypatch, name):
    """As with `--gpu-only`, where ComfyUI keeps all values on the device."""
    frames, report = inputs
    # A pretend tensor can't be made in inference mode.
    monkeypatch.setattr(torch, "inference_mode", lambda mode=True: torch.no_grad())
    # Its memory can't be counted, so none is asked for.
    monkeypatch.setattr(comfy.model_management, "free_memory", lambda *_: [])
    with pretend_device() as pretended:
        for function in ("get_torch_device", "intermediate_device"):
            monkeypatch.setattr(comfy.model_management, function, lambda: pretended.device)
        outputs = (RUNS | DRAWINGS)[name](run, frames.to(pretended.device), report)
    sounds = [each["waveform"] for each in outputs.args if isinstance(each, dict)]
    pictures = [*sounds, *(each for each in outputs.args if isinstance(each, torch.Tensor))]
    assert all(isinstance(each, PretendTensor) for each in pictures)
