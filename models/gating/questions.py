"""Questions that gates of running prompts ask, and the answers of people to them."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from .asking import Choice, Unanswered

SEEN_SECONDS = 15.0  # an editor that is open displays a question within a second
POLL_SECONDS = 0.1  # longest time after which an interrupt is noticed


class QuestionClosed(LookupError):
    """Error for a question that was answered, has timed out or was never asked."""


class NotAPicture(ValueError):
    """Error for an answer that picks a picture which the question doesn't show."""


@dataclass(eq=False)
class Question:
    """Question that is open.

    Attributes:
        content: what is asked, as JSON values.
        frames: numbers of the pictures that can be picked.
        seconds: time limit, s.
        client: id of the client that queued the prompt; None for any client.
        id: id of the question.
        end: time of the limit, on the clock of `time.monotonic`.
        is_seen: True once an editor displays the question.
        answer: answer, or the cause why there is none; None as long as it is awaited.
    """

    content: Mapping[str, Any]
    frames: frozenset[int]
    seconds: float
    client: str | None
    id: str = field(default_factory=lambda: uuid4().hex)
    end: float = 0.0
    is_seen: bool = False
    answer: Choice | Unanswered | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the question with the seconds that are left, as JSON values."""
        left = max(0.0, self.end - time.monotonic())
        return {"id": self.id, "seconds_left": round(left, 1), **self.content}


class Questions:
    """Open questions of this process: asked in the execution thread, answered over routes.

    A question is open only while `ask` waits, so nothing remains of it after an interrupt.
    """

    def __init__(self) -> None:
        self._open: dict[str, Question] = {}
        self._changed = threading.Condition()

    def ask(
        self,
        question: Question,
        show: Callable[[Question], None],
        interrupt: Callable[[], None],
        seen_seconds: float | None = SEEN_SECONDS,
    ) -> Choice | Unanswered:
        """Wait for the answer to a question.

        Args:
            question: new question.
            show: function that sends the question to the editors once it can be answered.
            interrupt: function that raises an exception if the prompt is to end; it is called
                every `POLL_SECONDS`.
            seen_seconds: time within which an editor must display the question, s; None if it
                may be displayed at any time up to the limit.

        Returns:
            The choice of a person, or the cause why there is none.
        """
        start = time.monotonic()
        question.end = start + question.seconds
        with self._changed:
            self._open[question.id] = question
        try:
            show(question)
            while True:
                interrupt()
                with self._changed:
                    if question.answer is None:
                        self._changed.wait(POLL_SECONDS)
                    if question.answer is not None:
                        return question.answer
                now = time.monotonic()
                if now >= question.end:
                    return Unanswered.TIMEOUT
                is_ignored = seen_seconds is not None and now >= start + seen_seconds
                if is_ignored and not question.is_seen:
                    return Unanswered.UNSEEN
        finally:
            with self._changed:
                del self._open[question.id]

    def list_open(self) -> list[Question]:
        """Return the open questions, the oldest first."""
        with self._changed:
            return list(self._open.values())

    def see(self, question_id: str) -> None:
        """Note that an editor displays a question.

        Raises:
            QuestionClosed: no such question is open.
        """
        with self._changed:
            self._find(question_id).is_seen = True

    def answer(self, question_id: str, choice: Choice | None) -> None:
        """Answer a question; None leaves the decision to the report.

        Raises:
            QuestionClosed: no such question is open.
            NotAPicture: the choice names a picture that the question doesn't show.
        """
        with self._changed:
            question = self._find(question_id)
            if choice is not None and (unknown := set(choice.picked) - question.frames):
                raise NotAPicture(str(min(unknown)))
            question.answer = Unanswered.LEFT if choice is None else choice
            self._changed.notify_all()

    def _find(self, question_id: str) -> Question:
        question = self._open.get(question_id)
        if question is None or question.answer is not None:
            raise QuestionClosed(question_id)
        return question


QUESTIONS = Questions()  # of this process: its nodes ask, its routes answer
