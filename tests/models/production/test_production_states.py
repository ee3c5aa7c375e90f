import pytest

from anime_production.models.production.production_states import (
    LEGAL,
    AttemptState,
    IllegalTransition,
    PhaseState,
    ProductionState,
    check_transition,
)


@pytest.mark.parametrize("kind", [ProductionState, PhaseState, AttemptState])
def test_every_state_says_what_may_follow_it_in_its_own_kind(kind):
    assert set(LEGAL[kind]) == set(kind)
    for following in LEGAL[kind].values():
        assert all(type(each) is kind for each in following)


def test_a_production_that_runs_can_be_completed_though_a_phase_that_runs_can_not():
    assert (
        check_transition(ProductionState.RUNNING, ProductionState.COMPLETED)
        is ProductionState.COMPLETED
    )
    assert check_transition(PhaseState.RUNNING, PhaseState.PASSED) is PhaseState.PASSED


@pytest.mark.parametrize(
    ("now", "wanted"),
    [
        (ProductionState.COMPLETED, ProductionState.QUEUED),
        (ProductionState.FAILED, ProductionState.RUNNING),
        (PhaseState.PASSED, PhaseState.QUEUED),
        (PhaseState.QUEUED, PhaseState.PASSED),
        (AttemptState.PASSED, AttemptState.FAILED),
        (AttemptState.SUPERSEDED, AttemptState.PASSED),
        (AttemptState.RUNNING, AttemptState.RUNNING),
    ],
)
def test_what_may_not_follow_is_refused_in_words(now, wanted):
    with pytest.raises(IllegalTransition, match=f"is {now.value} and can't become {wanted.value}"):
        check_transition(now, wanted)


@pytest.mark.parametrize("kind", [ProductionState, PhaseState])
def test_from_everything_that_failed_or_was_cancelled_it_can_go_on(kind):
    for state in (kind.FAILED, kind.CANCELLED):
        assert check_transition(state, kind.QUEUED) is kind.QUEUED
