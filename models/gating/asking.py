"""Choice of a person instead of a Gate's decision: when to ask, and what a choice changes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from ..reasons import sentence
from ..report import Report
from .frame_verdicts import judge_frames
from .gate import Decision, FrameDecision, OnFail, Reason, Rejected, listed_frames, make_reason
from .kept import GateSettings, Gating, gate_report, kept_report
from .ranking import own_reason

LEAST_SECONDS, MOST_SECONDS = 5, 86400  # time limit of a question
USUAL_SECONDS = 300


class Ask(str, Enum):
    """Reports for which a gate asks a person."""

    NEVER = "never"
    WHEN_IT_FAILS = "when_it_fails"  # for a report, or a frame, that doesn't pass
    ALWAYS = "always"


class Unanswered(str, Enum):
    """Cause why a gate decided by its report although it was told to ask."""

    NO_EDITOR = "gate_ask_no_editor"  # no editor queued the prompt
    UNSEEN = "gate_ask_unseen"  # no editor displayed the question
    TIMEOUT = "gate_ask_timeout"  # the time limit passed
    LEFT = "gate_ask_left"  # a person left the decision to the report


@dataclass(frozen=True)
class Choice:
    """Answer of a person to a question.

    Attributes:
        picked: indices of the pictures that go on. At level batch, any of them accepts the batch.
        reviewer: name of the person; "" if the person gave none.
    """

    picked: tuple[int, ...]
    reviewer: str = ""


def gate_to_ask(report: Report, settings: GateSettings) -> Gating:
    """Return the decision that a question shows; unlike `gate_report` it never fails the prompt.

    Raises:
        InputError: the thresholds can't be read, or the report doesn't judge its frames one by one.
    """
    if settings.on_fail is OnFail.ERROR:
        settings = replace(settings, on_fail=OnFail.BLOCK)
    return gate_report(report, settings)


def asks(ask: Ask, gating: Gating) -> bool:
    """Return True if a gate with a setting asks about a decision."""
    return ask is Ask.ALWAYS or (ask is Ask.WHEN_IT_FAILS and not gating.decision.passed)


def asked_frames(gating: Gating, count: int) -> list[dict[str, Any]]:
    """Return the pictures of a question, with their measured verdicts, as JSON values.

    Args:
        gating: decision by the report.
        count: number of pictures of the batch.

    Returns:
        Pictures in their order. At level batch they have neither verdict nor score, because the
        report judges the batch.
    """
    if not isinstance(gating.decision, FrameDecision):
        return [{"frame": number} for number in range(count)]
    accepted = set(gating.decision.accepted)
    return [
        {
            "frame": number,
            "accepted": number in accepted,
            "verdict": judged.verdict.value,
            "score": judged.score,
            "because": [own_reason(judged).to_dict()],
        }
        for number, judged in enumerate(judge_frames(gating.judged))
    ]


def chosen(gating: Gating, choice: Choice, on_fail: OnFail) -> Gating:
    """Return the decision of a person in place of that of the report.

    The measurements and their verdicts stay as they are; only the sides are the person's.

    Args:
        gating: decision by the report.
        choice: answer of the person.
        on_fail: policy of the gate; with ERROR a choice of nothing fails the prompt.

    Raises:
        Rejected: nothing was chosen, and `on_fail` is ERROR.
    """
    reasons = (_choice_reason(gating, choice), *_by(choice), *gating.decision.reasons)
    decision: Decision | FrameDecision
    if isinstance(gating.decision, FrameDecision):
        every = range(gating.judged.frames or 0)
        accepted = tuple(sorted(set(choice.picked).intersection(every)))
        rejected = tuple(sorted(set(every).difference(accepted)))
        decision = replace(gating.decision, accepted=accepted, rejected=rejected, reasons=reasons)
        kept: Report | None = kept_report(gating.judged, accepted)
    else:
        decision = replace(gating.decision, is_accepted=bool(choice.picked), reasons=reasons)
        kept = gating.kept
    if not choice.picked and on_fail is OnFail.ERROR:
        raise Rejected(decision.text)
    return Gating(gating.judged, decision, kept)


def unanswered(gating: Gating, cause: Unanswered, seconds: int) -> Gating:
    """Return the decision by the report with the cause why no person chose.

    Args:
        gating: decision by the report.
        cause: cause why there is no answer.
        seconds: time limit of the question, s.
    """
    reasons = (make_reason(cause.value, seconds=seconds), *gating.decision.reasons)
    return replace(gating, decision=replace(gating.decision, reasons=reasons))


def review_text(gating: Gating, choice: Choice, node: str) -> str:
    """Return the reason of the review that records a choice, in English.

    Args:
        gating: decision by the report.
        choice: answer of the person.
        node: id of the gate.
    """
    reason = _choice_reason(gating, choice)
    return sentence(f"review_{reason.reason_code}", {**reason.reason_values, "node": node})


def _choice_reason(gating: Gating, choice: Choice) -> Reason:
    if not isinstance(gating.decision, FrameDecision):
        return make_reason("gate_batch_picked" if choice.picked else "gate_batch_refused")
    count = gating.judged.frames or 0
    if not choice.picked:
        return make_reason("gate_picked_none", count=count)
    frames = listed_frames(sorted(choice.picked))
    return make_reason("gate_picked", frames=frames, picked=len(choice.picked), count=count)


def _by(choice: Choice) -> Sequence[Reason]:
    return (make_reason("gate_picked_by", reviewer=choice.reviewer),) if choice.reviewer else ()
