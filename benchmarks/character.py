"""Character scores: time outside the networks, comparison with a simple loop, memory."""

import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median
from unittest.mock import patch

import torch

from ..models.character.character_score import score_characters
from ..models.character.detection import IdentityModel
from ..models.character.detectors.yolo import YoloDetector
from ..models.character.embedders.ccip import DEFAULT_MODEL, CcipEmbedder
from ..models.character.library import list_characters, save_character
from ..models.character.pictures import overlay
from ..models.character.sheet import make_character
from ..models.onnx import Session
from ..models.plot import plot_report
from ..models.sample.sample_clip import draw_clip
from .networks import DETECTOR_COST, EMBEDDER_COST, make_networks
from .speed_side import in_planes
from .timing import Comparison, alternate, print_table

FRAMES, HEIGHT, WIDTH, PERIOD = 120, 480, 832, 24
REFERENCES = 3  # the least number of references that calibrates the threshold
LOOP_FRAMES, ROUNDS = 16, 1  # few, because each frame takes seconds with networks of full cost
GROWTH = (60, 120, 240)  # lengths of clips whose peak memory is measured
SMALL = 0.01  # cost of the networks, as a share of the real cost, where only memory is measured
ROUNDS_OF_LIST = 11
# Number of characters in the library, and the limit of the median time to list them: ComfyUI lists
# them at every prompt.
IN_LIBRARY, MOST_LIST_MS = 50, 100.0
DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def run() -> None:
    """Time a clip and its networks, compare with a loop, measure memory, time a library's list."""
    print(
        f"Stand-ins for the real networks run on {DEVICE}. They have the same inputs and outputs,"
        f"\nand need {DETECTOR_COST} GFLOP (as YOLOv8s at 640 px) and {EMBEDDER_COST} GFLOP (as"
        " CAFormer-S36 at 384 px) per picture.\n"
    )
    clip = in_planes(draw_clip(FRAMES, WIDTH, HEIGHT, PERIOD, 0, 1))
    with tempfile.TemporaryDirectory() as folder:
        full, small = Path(folder, "full"), Path(folder, "small")
        for networks, cost in ((full, 1.0), (small, SMALL)):
            networks.mkdir()
            make_networks(networks, cost)
        _outside_the_networks(clip, _model(full))
        _against_a_loop(clip[:LOOP_FRAMES], _model(full))
        _memory(clip, _model(small))
        _list_of_a_library(clip, _model(small), Path(folder, "library"))


def _model(folder: Path) -> IdentityModel:
    detector = YoloDetector("anime_person", "made_up", folder / "detector.onnx", None, DEVICE)
    return IdentityModel(detector, CcipEmbedder(DEFAULT_MODEL, folder / "embedder.onnx", DEVICE))


class _Clock:
    """Sum of the seconds that networks took."""

    seconds = 0.0


@contextmanager
def _networks_timed() -> Iterator[_Clock]:
    clock, run_network = _Clock(), Session.run

    def timed(session: Session, batch: torch.Tensor) -> dict[str, torch.Tensor]:
        started = time.perf_counter()
        outputs = run_network(session, batch)
        if DEVICE.type == "cuda":
            torch.cuda.synchronize()
        clock.seconds += time.perf_counter() - started
        return outputs

    with patch.object(Session, "run", timed):
        yield clock


def _outside_the_networks(clip: torch.Tensor, model: IdentityModel) -> None:
    """Print how the time is shared by the networks, the rest of the score, and the plot."""
    character, _ = make_character("Aoi", clip[:REFERENCES], model)  # also warms up the networks
    score_characters(clip[:8], [character], model)
    with _networks_timed() as clock:
        started = time.perf_counter()
        result = score_characters(clip, [character], model)
        scored = time.perf_counter() - started
        plot_report(result.report)
        whole = time.perf_counter() - started
    started = time.perf_counter()
    overlay(clip, result.report)
    drawing = time.perf_counter() - started
    outside = whole - clock.seconds
    rows = [
        ("networks", clock.seconds, clock.seconds / whole),
        ("crops, tracks, assignment, matching", scored - clock.seconds, 1 - clock.seconds / scored),
        ("plot", whole - scored, (whole - scored) / whole),
        ("all without the networks", outside, outside / whole),
        ("overlay, if one is drawn", drawing, drawing / whole),
    ]
    print_table((f"{len(clip)} frames {HEIGHT}×{WIDTH}", "seconds", "share"), rows)
    Comparison("character/outside the networks", outside, whole, "s").print()


def _against_a_loop(clip: torch.Tensor, model: IdentityModel) -> None:
    """Compare with a loop that takes frame by frame and embeds every reference again each time."""
    for count in (1, REFERENCES):
        references = clip[:count]
        character, _ = make_character("Aoi", references, model)
        ours, loop = alternate(
            partial(score_characters, clip, [character], model),
            partial(image_by_image, clip, references, model),
            ROUNDS,
            warm_up=0,  # the networks are warm already
        )
        name = f"character/{len(clip)} frames, {count} references"
        Comparison(name, median(ours), median(loop), "s").print()


def image_by_image(
    clip: torch.Tensor, references: torch.Tensor, model: IdentityModel
) -> list[float]:
    """Return the largest similarity of each frame to the references, without batches or a cache.

    This is the baseline: a workflow whose node compares two pictures works like this.
    """
    best_similarities = []
    reference_boxes = [model.detector.detect(each[None]) for each in references]
    for frame in clip:
        embeddings = model.embedder.embed(frame[None], model.detector.detect(frame[None]))
        similarities = []
        for reference, boxes in zip(references, reference_boxes, strict=True):
            expected = model.embedder.embed(reference[None], boxes)
            similarities.append(model.embedder.similarities(embeddings, expected).max().item())
        best_similarities.append(max(similarities))
    return best_similarities


def _memory(clip: torch.Tensor, model: IdentityModel) -> None:
    """Print the peak memory beyond the frames, for clips of several lengths."""
    if not Path("/proc/self/clear_refs").exists():
        print("Peak memory is not measured: only Linux can reset the peak of a process.")
        return
    character, _ = make_character("Aoi", clip[:REFERENCES], model)
    frames = clip.repeat(GROWTH[-1] // len(clip), 1, 1, 1)
    score_characters(frames, [character], model)  # allocates what stays
    rows = []
    for count in GROWTH:
        # This resets the peak to the memory in use.
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        before = _peak_megabytes()
        plot_report(score_characters(frames[:count], [character], model).report)
        megabytes = count * HEIGHT * WIDTH * 3 * 4 / 1e6
        rows.append((count, megabytes, _peak_megabytes() - before))
    print_table(("frames", "frames MB", "peak beyond the frames MB"), rows)
    Comparison("character/memory of 240 over 60 frames", rows[-1][2], rows[0][2], "MB").print()


def _list_of_a_library(clip: torch.Tensor, model: IdentityModel, folder: Path) -> None:
    """Time the list of a library after its first listing, which fills the cache."""
    character, _ = make_character("Aoi", clip[:REFERENCES], model)
    for number in range(IN_LIBRARY):
        save_character(folder, replace(character, name=f"{number:02}"))
    times = []
    for _ in range(1 + ROUNDS_OF_LIST):
        started = time.perf_counter()
        list_characters(folder)
        times.append(1000 * (time.perf_counter() - started))
    name = f"character/list of {IN_LIBRARY}, beside its limit"
    Comparison(name, median(times[1:]), MOST_LIST_MS, "ms").print()


def _peak_megabytes() -> float:
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    return int(peak[1]) * 1024 / 1e6 if peak else 0.0
