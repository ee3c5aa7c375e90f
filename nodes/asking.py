"""Questions of a Gate to a person in the editor, and the record of the answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch

from ..models.gating.asking import (
    LEAST_SECONDS,
    MOST_SECONDS,
    Ask,
    Choice,
    Unanswered,
    asked_frames,
    asks,
    chosen,
    gate_to_ask,
    review_text,
    unanswered,
)
from ..models.gating.gate import FrameDecision, Level
from ..models.gating.kept import GateSettings, Gating, gate_report
from ..models.gating.questions import QUESTIONS, SEEN_SECONDS, Question
from ..models.jobs.job import Review, ReviewVerdict
from ..models.jobs.recording.events import JobReviewed
from ..models.jobs.recording.recorder import open_recorder
from ..models.report import Report
from . import comfyui
from .thumbnails import asked_pictures

ASKED, CLOSED = "anime.question", "anime.question_closed"


@dataclass(frozen=True)
class AskSettings:
    """Settings of a gate that say whether and how a person is asked.

    Attributes:
        ask: reports for which a person is asked.
        seconds: time limit of an answer, s.
        without_editor: True to wait also for prompts that no editor queued.
        workflow: workflow in the editor's format, with which an editor queues a prompt; None for a
            prompt of a script.
    """

    ask: Ask
    seconds: int
    without_editor: bool
    workflow: Mapping[str, Any] | None


def gate_or_ask(
    report: Report, gate: GateSettings, asking: AskSettings, images: torch.Tensor | None
) -> tuple[Gating, bool]:
    """Decide about a batch by its report, or by the choice of a person.

    Args:
        report: report on the batch.
        gate: settings of the decision by the report, which is also the default.
        asking: settings of the question.
        images: pictures that the person sees, shape (frames, height, width, channels); without
            pictures there is nothing to pick by eye.

    Returns:
        The decision; and False if a person was to be asked and didn't answer.
    """
    if asking.ask is Ask.NEVER or images is None or not images.numel():
        return gate_report(report, gate), True
    measured = gate_to_ask(report, gate)
    if not asks(asking.ask, measured):
        return gate_report(report, gate), True
    seconds = min(MOST_SECONDS, max(LEAST_SECONDS, asking.seconds))
    answer = _ask(measured, asking, seconds, images)
    if isinstance(answer, Unanswered):
        by_report = gate_report(report, gate)
        return unanswered(by_report, answer, seconds), answer is Unanswered.LEFT
    _record_review(measured, answer)
    return chosen(measured, answer, gate.on_fail), True


def _ask(
    measured: Gating, asking: AskSettings, seconds: int, images: torch.Tensor
) -> Choice | Unanswered:
    client = None if asking.workflow is None else comfyui.waiting_client()
    if client is None and not asking.without_editor:
        return Unanswered.NO_EDITOR
    frames = asked_frames(measured, len(images))
    asked_pictures(frames, images, comfyui.refuse_interrupted)
    running = comfyui.running_node()
    decision = measured.decision
    is_by_frame = isinstance(decision, FrameDecision)
    content = {
        "prompt_id": comfyui.prompt_id(),
        "node": "" if running is None else running[1],
        "level": (Level.FRAME if is_by_frame else Level.BATCH).value,
        "seconds": seconds,
        "subject": measured.judged.subject,
        "fps": measured.judged.fps,
        "verdict": measured.judged.verdict.value,
        "score": measured.judged.score,
        "accepted": isinstance(decision, FrameDecision) or decision.is_accepted,
        "because": [each.to_dict() for each in decision.reasons],
        "frames": frames,
    }
    numbers = frozenset(each["frame"] for each in frames)
    question = Question(content, numbers, seconds, None if asking.without_editor else client)
    try:
        return QUESTIONS.ask(
            question,
            lambda each: comfyui.send_to_all(ASKED, {"id": each.id}),
            comfyui.refuse_interrupted,
            None if asking.without_editor else SEEN_SECONDS,
        )
    finally:
        comfyui.send_to_all(CLOSED, {"id": question.id})


def _record_review(measured: Gating, choice: Choice) -> None:
    """Record a choice as a review of the prompt's job, if the prompt is a job."""
    prompt_id, running = comfyui.prompt_id(), comfyui.running_node()
    if prompt_id is None or running is None:
        return
    recorder = open_recorder(comfyui.private_directory())
    job = recorder.running(prompt_id)
    if job is None:
        return
    verdict = ReviewVerdict.APPROVED if choice.picked else ReviewVerdict.REJECTED
    reason = review_text(measured, choice, running[1])
    recorder.record(JobReviewed(job, Review(verdict, reason, choice.reviewer)))
