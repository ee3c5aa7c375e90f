"""The node Review, which records a person's verdict on a job."""

from typing import Any
from uuid import uuid4

from comfy_api.latest import io

from ..models.frames import InputError
from ..models.jobs.job import LONGEST_REASON, Job, Review, ReviewVerdict, clean_name
from ..models.jobs.recording.events import JobReviewed
from ..models.jobs.recording.recorder import open_recorder
from ..models.node_ui import own_ui
from . import comfyui
from .sockets import JobSocket

UNDECIDED = "not yet"


class AnimeReview(io.ComfyNode):
    """Node that records a person's verdict on a job."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="AnimeReview",
            display_name="Review (Anime)",
            category="Anime Production/Job",
            description="Records that a person approved or rejected a job, and why. It stops "
            "nothing and waits for nobody. To review an earlier job, connect Load Job.",
            search_aliases=[
                *("approve", "reject", "judge", "feedback", "sign off", "accept reject"),
                *("human review", "confirm"),
            ],
            is_output_node=True,
            not_idempotent=True,
            inputs=[
                JobSocket.Input("job", tooltip="From Job or Load Job: the job to review."),
                io.Combo.Input(
                    "verdict",
                    options=[UNDECIDED, *(each.value for each in ReviewVerdict)],
                    default=UNDECIDED,
                    optional=True,
                    tooltip="not yet records nothing. Every run records approved or rejected "
                    "again, and the newest one counts.",
                ),
                io.String.Input(
                    "reason",
                    default="",
                    optional=True,
                    multiline=True,
                    tooltip="Reason for the verdict.",
                ),
                io.String.Input(
                    "reviewer",
                    default="",
                    optional=True,
                    tooltip="Name of the reviewer, as others know you.",
                ),
            ],
            outputs=[JobSocket.Output("job", tooltip="The same job, for the next node.")],
        )

    @classmethod
    def fingerprint_inputs(cls, **inputs: Any) -> str:
        return uuid4().hex  # Each run records a further review, so the result is never cached.

    @classmethod
    def execute(
        cls, job: Job, verdict: str = UNDECIDED, reason: str = "", reviewer: str = ""
    ) -> io.NodeOutput:
        if verdict == UNDECIDED:
            return io.NodeOutput(job)
        if len(reason) > LONGEST_REASON:
            expected = f"at most {LONGEST_REASON} characters"
            raise InputError("reason", expected, str(len(reason)), "Shorten the reason.")
        name = clean_name("reviewer", reviewer)
        review = Review(ReviewVerdict(verdict), reason.strip(), name)
        open_recorder(comfyui.private_directory()).record(JobReviewed(job, review))
        ui_review = {
            "job": str(job.id),
            "verdict": verdict,
            "reason": review.reason,
            "reviewer": name,
        }
        return io.NodeOutput(job, ui=own_ui("anime_review", ui_review))
