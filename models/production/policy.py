"""Policy of a phase: number of attempts, changes between them, and what follows the last one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..gating.retry import MOST_ATTEMPTS
from ..measurement import Measurement
from ..reasons import sentences
from ..report import Report
from .fields import (
    DefinitionError,
    boolean,
    mapping,
    refuse_unknown_fields,
    sequence,
    text,
    whole_number,
)
from .phase_parameters import BOOLEAN, IMAGE, INT, STRING, Parameter, ParameterError

SEED = "seed"
SET, ADD, MULTIPLY = "set", "add", "multiply"
BEST, FAIL = "best", "fail"
MOST_SECONDS = 7 * 24 * 3600  # a week
MOST_ADJUSTMENTS = 100


@dataclass(frozen=True)
class Adjustment:
    """Change of parameters after an attempt that failed for one of some reasons.

    Attributes:
        reasons: codes of reasons (keys of `reasons.sentences()`) or names of measurements.
        change: by parameter, {"set": value}, {"add": number} or {"multiply": number}; the result
            is clamped to the parameter's bounds.
    """

    reasons: tuple[str, ...]
    change: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Policy:
    """Rules for the attempts of a phase.

    Attributes:
        attempts: most attempts, from 1 to `MOST_ATTEMPTS`.
        adjustments: changes of parameters; after a failed attempt every adjustment with a matching
            reason is applied, in this order, and the seed grows by 1 in any case.
        at_end: when no attempt passes, `best` accepts the one with the highest score and `fail`
            fails the production.
        approval: True if a person must approve the result before the production continues.
        wall_seconds: most seconds that all attempts together may take, 1 to `MOST_SECONDS`.
    """

    attempts: int = 3
    adjustments: tuple[Adjustment, ...] = ()
    at_end: str = FAIL
    approval: bool = False
    wall_seconds: int = 3600

    def to_dict(self) -> dict[str, Any]:
        """Return this policy as JSON values, as `read_policy` takes them."""
        return {
            "attempts": self.attempts,
            "adjustments": [
                {
                    "reasons": list(each.reasons),
                    "change": {name: dict(change) for name, change in each.change.items()},
                }
                for each in self.adjustments
            ],
            "at_end": self.at_end,
            "approval": self.approval,
            "wall_seconds": self.wall_seconds,
        }


def read_policy(
    data: Any, parameters: Sequence[Parameter], own_names: Collection[str] = ()
) -> Policy:
    """Read and check the policy of a definition; absent fields have the defaults of `Policy`.

    Args:
        data: JSON object of the definition.
        parameters: parameters of the workflow, which adjustments may change.
        own_names: names that the workflow gives to measurements of other packs, which adjustments
            may name as reasons.

    Raises:
        DefinitionError: a field is unknown, or its value has the wrong type or size.
    """
    fields = mapping("policy", data)
    names = ("attempts", "adjustments", "at_end", "approval", "wall_seconds")
    refuse_unknown_fields("policy", fields, names)
    adjustments = sequence("policy.adjustments", fields.get("adjustments", []), MOST_ADJUSTMENTS)
    default = Policy()
    at_end = text("policy.at_end", fields.get("at_end", default.at_end))
    if at_end not in (BEST, FAIL):
        raise DefinitionError(f'policy.at_end: expected "best" or "fail", got {at_end!r}.')
    attempts = fields.get("attempts", default.attempts)
    seconds = fields.get("wall_seconds", default.wall_seconds)
    return Policy(
        attempts=whole_number("policy.attempts", attempts, 1, MOST_ATTEMPTS),
        adjustments=tuple(
            _adjustment(f"policy.adjustments[{number}]", each, parameters, own_names)
            for number, each in enumerate(adjustments)
        ),
        at_end=at_end,
        approval=boolean("policy.approval", fields.get("approval", default.approval)),
        wall_seconds=whole_number("policy.wall_seconds", seconds, 1, MOST_SECONDS),
    )


def next_values(
    policy: Policy,
    parameters: Sequence[Parameter],
    values: Mapping[str, Any],
    reports: Sequence[Report],
) -> dict[str, Any]:
    """Return the parameter values of the attempt that follows a failed one.

    Args:
        policy: policy of the phase.
        parameters: parameters of the workflow.
        values: values of the failed attempt; a parameter without a value had its default.
        reports: reports of the failed attempt; none if it made none.

    Returns:
        The same values with the next seed (the lowest one follows the highest), changed by every
        adjustment whose reasons contain the reason code or the name of a required measurement that
        did not pass.
    """
    parameter_of = {each.name: each for each in parameters}
    new_values = dict(values)
    seed = parameter_of.get(SEED)
    if seed is not None and seed.kind == INT:
        next_seed = new_values.get(SEED, seed.default) + 1
        is_beyond = seed.high is not None and next_seed > seed.high
        new_values[SEED] = int(seed.low or 0) if is_beyond else next_seed
    reasons = reasons_of(reports)
    for adjustment in policy.adjustments:
        if reasons.isdisjoint(adjustment.reasons):
            continue
        for name, change in adjustment.change.items():
            parameter = parameter_of[name]
            value = new_values.get(name, parameter.default)
            new_values[name] = _changed_value(parameter, value, change)
    return new_values


def reasons_of(reports: Sequence[Report]) -> set[str]:
    """Return the reason codes and the names of the required measurements that did not pass.

    Each name is in the set with and without its subject in front.
    """
    reasons: set[str] = set()
    for report in reports:
        for measurement in report.not_passing:
            reasons |= {measurement.reason_code, *_names(report, measurement)}
    return reasons


def _names(report: Report, measurement: Measurement) -> set[str]:
    """Return a measurement's name with and without its subject in front.

    For example `loop.seam_position` and `seam_position`. In a merged report, the name of the
    measurement already contains the subject.
    """
    subject, dot, name = measurement.name.rpartition(".")
    return {measurement.name, name, f"{subject if dot else report.subject}.{name}"}


def _changed_value(parameter: Parameter, value: Any, change: Mapping[str, Any]) -> Any:
    ((operation, operand),) = change.items()
    if operation == SET:
        return operand
    return parameter.clamped(value + operand if operation == ADD else value * operand)


def _adjustment(
    field: str, data: Any, parameters: Sequence[Parameter], own_names: Collection[str]
) -> Adjustment:
    fields = mapping(field, data)
    refuse_unknown_fields(field, fields, ("reasons", "change"))
    entries = sequence(f"{field}.reasons", fields.get("reasons"))
    reasons = tuple(text(f"{field}.reasons", each) for each in entries)
    changes = mapping(f"{field}.change", fields.get("change"))
    if not reasons or not changes:
        raise DefinitionError(f"{field}: expected at least one reason and one change.")
    parameter_of = {each.name: each for each in parameters}
    for reason in reasons:
        name = reason.rpartition(".")[2]
        if name not in {*measurement_names(), *own_names} and reason not in sentences():
            raise DefinitionError(
                f"{field}.reasons: {reason!r} is neither a reason's code nor a measurement's name."
            )
    for name, change in changes.items():
        if name not in parameter_of:
            raise DefinitionError(f"{field}.change: the workflow has no parameter {name!r}.")
        _check_change(f"{field}.change.{name}", parameter_of[name], change)
    return Adjustment(reasons, changes)


def _check_change(field: str, parameter: Parameter, data: Any) -> None:
    change = mapping(field, data)
    if len(change) != 1 or next(iter(change)) not in (SET, ADD, MULTIPLY):
        raise DefinitionError(f'{field}: expected one of "set", "add" and "multiply".')
    ((operation, operand),) = change.items()
    if operation == SET:
        try:
            parameter.checked(operand)
        except ParameterError as error:
            raise DefinitionError(f"{field}: {error}") from error
    elif parameter.kind in (STRING, BOOLEAN, IMAGE):
        raise DefinitionError(
            f'{field}: a {parameter.kind} parameter allows only "set", got "{operation}".'
        )
    elif isinstance(operand, bool) or not isinstance(operand, int | float):
        raise DefinitionError(f"{field}.{operation}: expected a number, got {operand!r}.")


def measurement_names() -> frozenset[str]:
    """Return the names of all measures of the pack."""
    from ..measures import MEASURES  # imported late, because it loads every measure's code

    return frozenset(each.name for family in MEASURES.values() for each in family)
