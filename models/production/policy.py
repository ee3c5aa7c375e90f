"""What happens between the attempts of a phase, and after the last one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..gating.retry import MOST_ATTEMPTS
from ..measurement import Measurement
from ..reasons import sentences
from ..report import Report
from .fields import DefinitionError, boolean, mapping, only, sequence, text, whole
from .phase_parameters import BOOLEAN, IMAGE, INT, STRING, Parameter, ParameterError

SEED = "seed"
SET, ADD, MULTIPLY = "set", "add", "multiply"
BEST, FAIL = "best", "fail"
MOST_SECONDS = 7 * 24 * 3600
MOST_ADJUSTMENTS = 100


@dataclass(frozen=True)
class Adjustment:
    """What is changed when an attempt did not pass for a named reason.

    Attributes:
        reasons: codes of `reasons.REASONS`, or names of measurements.
        change: by parameter, {"set": value}, {"add": number} or {"multiply": number}; what comes
            out is held within the parameter's bounds.
    """

    reasons: tuple[str, ...]
    change: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Policy:
    """How a phase is tried.

    Attributes:
        attempts: how many at most, from 1 to `MOST_ATTEMPTS`.
        adjustments: all whose reasons occur are made, in their order; the seed moves on always.
        at_end: where no attempt passes, `best` takes the best one, `fail` ends the production.
        approval: whether a person must approve what passed.
        wall_seconds: how long all attempts may take.
    """

    attempts: int = 3
    adjustments: tuple[Adjustment, ...] = ()
    at_end: str = FAIL
    approval: bool = False
    wall_seconds: int = 3600

    def to_dict(self) -> dict[str, Any]:
        """This policy as JSON values, as `read_policy` takes them."""
        return {
            "attempts": self.attempts,
            "adjustments": [
                {
                    "reasons": list(each.reasons),
                    "change": {name: dict(how) for name, how in each.change.items()},
                }
                for each in self.adjustments
            ],
            "at_end": self.at_end,
            "approval": self.approval,
            "wall_seconds": self.wall_seconds,
        }


def read_policy(data: Any, parameters: Sequence[Parameter]) -> Policy:
    """A policy as a definition writes it; what it leaves out is as in `Policy`.

    Raises:
        DefinitionError: something in it is unknown, or of another type or size.
    """
    said = mapping("policy", data)
    only("policy", said, ("attempts", "adjustments", "at_end", "approval", "wall_seconds"))
    given = sequence("policy.adjustments", said.get("adjustments", []), MOST_ADJUSTMENTS)
    usual = Policy()
    at_end = text("policy.at_end", said.get("at_end", usual.at_end))
    if at_end not in (BEST, FAIL):
        raise DefinitionError(f'policy.at_end: expected "best" or "fail", got {at_end!r}.')
    seconds = said.get("wall_seconds", usual.wall_seconds)
    return Policy(
        attempts=whole("policy.attempts", said.get("attempts", usual.attempts), 1, MOST_ATTEMPTS),
        adjustments=tuple(
            _adjustment(f"policy.adjustments[{number}]", each, parameters)
            for number, each in enumerate(given)
        ),
        at_end=at_end,
        approval=boolean("policy.approval", said.get("approval", usual.approval)),
        wall_seconds=whole("policy.wall_seconds", seconds, 1, MOST_SECONDS),
    )


def next_values(
    policy: Policy,
    parameters: Sequence[Parameter],
    values: Mapping[str, Any],
    reports: Sequence[Report],
) -> dict[str, Any]:
    """What the next attempt is made with.

    Args:
        policy: of the phase.
        parameters: of its workflow.
        values: of the attempt that did not pass; those left out were the defaults.
        reports: what was measured of it; none where it made none.

    Returns:
        The same values with the next seed, and with the adjustments whose reasons occur in what
        was required and did not pass.
    """
    named = {each.name: each for each in parameters}
    following = dict(values)
    seed = named.get(SEED)
    if seed is not None and seed.kind == INT:
        next_seed = following.get(SEED, seed.default) + 1
        beyond = seed.high is not None and next_seed > seed.high
        following[SEED] = int(seed.low or 0) if beyond else next_seed
    reason = reasons_of(reports)
    for adjustment in policy.adjustments:
        if reason.isdisjoint(adjustment.reasons):
            continue
        for name, change in adjustment.change.items():
            parameter = named[name]
            following[name] = _changed(parameter, following.get(name, parameter.default), change)
    return following


def reasons_of(reports: Sequence[Report]) -> set[str]:
    """Codes and names of everything required that did not pass; names with their subject too."""
    found: set[str] = set()
    for report in reports:
        for each in report.not_passing:
            found |= {each.reason_code, *_names(report, each)}
    return found


def _names(report: Report, measurement: Measurement) -> set[str]:
    """`seam_position` and `loop.seam_position`, whether the report was merged or not."""
    subject, dot, name = measurement.name.rpartition(".")
    return {measurement.name, name, f"{subject if dot else report.subject}.{name}"}


def _changed(parameter: Parameter, value: Any, change: Mapping[str, Any]) -> Any:
    ((how, by),) = change.items()
    if how == SET:
        return by
    return parameter.clamped(value + by if how == ADD else value * by)


def _adjustment(place: str, data: Any, parameters: Sequence[Parameter]) -> Adjustment:
    said = mapping(place, data)
    only(place, said, ("reasons", "change"))
    reasons = tuple(
        text(f"{place}.reasons", each) for each in sequence(f"{place}.reasons", said.get("reasons"))
    )
    change = mapping(f"{place}.change", said.get("change"))
    if not reasons or not change:
        raise DefinitionError(f"{place}: expected at least one reason and one change.")
    named = {each.name: each for each in parameters}
    for reason in reasons:
        if reason.rpartition(".")[2] not in known_measurements() and reason not in sentences():
            raise DefinitionError(
                f"{place}.reasons: {reason!r} is neither a reason's code nor a measurement's name."
            )
    for name, how in change.items():
        if name not in named:
            raise DefinitionError(f"{place}.change: the workflow has no parameter {name!r}.")
        _check_change(f"{place}.change.{name}", named[name], how)
    return Adjustment(reasons, change)


def _check_change(place: str, parameter: Parameter, data: Any) -> None:
    change = mapping(place, data)
    if len(change) != 1 or next(iter(change)) not in (SET, ADD, MULTIPLY):
        raise DefinitionError(f'{place}: expected one of "set", "add" and "multiply".')
    ((how, by),) = change.items()
    if how == SET:
        try:
            parameter.checked(by)
        except ParameterError as error:
            raise DefinitionError(f"{place}: {error}") from error
    elif parameter.kind in (STRING, BOOLEAN, IMAGE):
        raise DefinitionError(f"{place}: {parameter.kind} parameters can only be set.")
    elif isinstance(by, bool) or not isinstance(by, int | float):
        raise DefinitionError(f"{place}.{how}: expected a number, got {by!r}.")


def known_measurements() -> frozenset[str]:
    """Names of everything that the pack measures."""
    from ..measures import MEASURES  # late: it loads all that measures

    return frozenset(each.name for family in MEASURES.values() for each in family)
