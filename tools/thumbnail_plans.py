"""Plans of the thumbnails: what the card of each example shows of its run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

CLIP = "clip.mp4"  # name of the video that the generator puts into ComfyUI's input folder


@dataclass(frozen=True)
class Plan:
    """Content of a thumbnail.

    Attributes:
        pictures: nodes with the indices of their pictures that are shown.
        lines: texts of lines, each with the scoring node whose verdict it shows, or "".
        columns: pictures in a row.
        whole: True shows whole pictures; False fills their places and cuts off the edges.
        marked_by: node whose report says which pictures pass, by their index; "" for no marks.
        ranked_by: node that ranks the pictures, whose best ones get their ranks; "" for none.
        inputs: inputs to set before the run, by node.
        run: example to run in place of this one, whose models are large; "" for this one.
    """

    pictures: tuple[tuple[str, tuple[int, ...]], ...]
    lines: tuple[tuple[str, str], ...]
    columns: int = 1
    whole: bool = False
    marked_by: str = ""
    ranked_by: str = ""
    inputs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    run: str = ""


ALL_EIGHT = tuple(range(8))
PLANS = {
    "check_your_clip": Plan(
        (("7", (4,)),),
        (("Pictures", "4"), ("Motion", "5"), ("Loop", "6")),
        inputs={"1": {"file": CLIP}},
    ),
    "check_a_clip": Plan(
        (("15", (4,)),), (("Still her?", "4"), ("Does it loop?", "5"), ("Is it clean?", "6"))
    ),
    "grade_a_clip": Plan(
        (("8", (0, 2, 4, 6)),), (("Motion", "2"), ("Each picture", "3")), columns=4
    ),
    "compare_before_and_after": Plan((("8", (0,)), ("10", (0,))), (("What was lost?", "4"),), 2),
    "find_a_loop": Plan((("4", (0,)),), (("The best loop", "3"),), whole=True),
    "close_a_loop": Plan((("9", (-1,)), ("10", (-1,))), (("Before", "2"), ("After", "4")), 2),
    "generate_a_loop": Plan(
        (("10", (0, 3, 6, 9, 12, 15)),), (("Time is a circle", ""),), 3, run="close_a_loop"
    ),
    "interpolate_a_loop": Plan(
        (("10", (0, 4, 8, 12)),), (("12 frames, then 24", ""),), 4, run="close_a_loop"
    ),
    "score_a_character": Plan((("12", (0, 8, 16, 23)),), (("Is it still her?", "6"),), 2),
    "mask_a_character": Plan((("15", (0,)),), (("With a mask", "13"), ("Without", "14"))),
    "keep_a_character": Plan((("5", (0,)),), (("Saved as hana", ""),), whole=True),
    "use_a_kept_character": Plan((("6", (0,)),), (("Is it hana?", "3"),)),
    "gate_a_batch": Plan((("12", ALL_EIGHT),), (("Which of 8 go on?", ""),), 4, marked_by="5"),
    "gate_by_any_number": Plan((("10", ALL_EIGHT),), (("By any number", ""),), 4, marked_by="3"),
    "best_of_8": Plan((("11", ALL_EIGHT),), (("The best 3 of 8", ""),), 4, ranked_by="6"),
    "best_of_four_takes": Plan(
        (("10", (0,)),), (("Take 0", "5"), ("Take 1", "6"), ("Take 2", "7"), ("Take 3", "8"))
    ),
    "retry_until_it_loops": Plan((("9", (0,)),), (("Attempt 3 of 3", "5"),)),
    "retry_until_the_answer_is_yes": Plan((("12", (0,)),), (("Attempt 2: yes", "8"),)),
    "remember_a_shot": Plan((("8", (0,)),), (("Shot 012, kept", "2"),)),
    "review_a_shot": Plan((("2", (0,)),), (("Shot 012, again", "5"), ("Your verdict?", ""))),
    "make_a_phase": Plan((("18", (0,)),), (("A step of a production", ""), ("Both pass", "14"))),
}
