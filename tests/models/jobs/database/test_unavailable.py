"""Tests of the reasons why a database can't be used, on errors as the driver raises them."""

import psycopg
import pytest

from anime_production.models.jobs.database.unavailable import (
    REASONS,
    DatabaseUnavailable,
    unavailable_reason,
)


@pytest.mark.parametrize("state", [state for state in REASONS if len(state) == 5])
def test_an_error_of_the_database_names_its_cause_and_a_remedy(state):
    error = psycopg.errors.lookup(state)("cannot do it")
    assert unavailable_reason(error) == f"{REASONS[state]} (cannot do it)"


def test_a_class_gives_the_reason_of_states_that_have_none_of_their_own():
    error = psycopg.errors.SerializationFailure("could not serialize access")
    assert str(unavailable_reason(error)).startswith(REASONS["40"])


@pytest.mark.parametrize(
    "error",
    [
        psycopg.errors.InvalidTextRepresentation("22P02"),
        psycopg.errors.UniqueViolation("23505"),
        psycopg.errors.ProgramLimitExceeded("54000"),  # the driver calls it an operational error
        psycopg.errors.SyntaxError("42601"),
        psycopg.DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes"),
        UnicodeEncodeError("latin-1", "冬", 0, 1, "not in range"),
        ValueError("not a JobState"),
    ],
)
def test_an_error_of_the_statement_or_its_data_is_none_of_the_database(error):
    assert unavailable_reason(error) is None


def test_a_broken_connection_has_no_state_and_hides_its_address():
    error = psycopg.OperationalError('connection to server at "db.studio" (10.0.0.7) failed')
    assert unavailable_reason(error) == "connection to server at … … failed"
    assert unavailable_reason(psycopg.InterfaceError("the connection is closed"))
    assert unavailable_reason(DatabaseUnavailable("It is away.")) == "It is away."
