import math

import pytest

from anime_production.models.production.phase_parameters import (
    LONGEST_TEXT,
    MOST_INT,
    Parameter,
    ParameterError,
    fill_graph,
    read_parameters,
)


def parameter(kind, **facts):
    return Parameter("it", kind, ("1",), None, **facts)


@pytest.mark.parametrize(
    ("given", "value", "taken"),
    [
        (parameter("int", low=0, high=10), 10, 10),
        (parameter("int", low=0, high=10), 3.0, 3),
        (parameter("int", low=0, high=MOST_INT), MOST_INT, MOST_INT),
        (parameter("float", low=0.0, high=1.0), 1, 1.0),
        (parameter("string"), "a\nb", "a\nb"),
        (parameter("string", choices=("a", "b")), "b", "b"),
        (parameter("boolean"), False, False),
        (parameter("image"), "x.png [output]", "x.png [output]"),
    ],
)
def test_a_value_that_fits_is_taken_as_its_node_takes_it(given, value, taken):
    checked = given.checked(value)
    assert checked == taken
    assert type(checked) is type(taken)


@pytest.mark.parametrize(
    ("given", "value"),
    [
        (parameter("int", low=0, high=10), 11),
        (parameter("int", low=0, high=10), -1),
        (parameter("int", low=0, high=10), 2.5),
        (parameter("int", low=0, high=10), True),
        (parameter("int", low=0, high=10), "3"),
        (parameter("int", low=0, high=10), 10**400),
        (parameter("float", low=0.0, high=1.0), math.nan),
        (parameter("float", low=0.0, high=1.0), math.inf),
        (parameter("float", low=0.0, high=1.0), None),
        (parameter("string"), 3),
        (parameter("string"), "x" * (LONGEST_TEXT + 1)),
        (parameter("string"), "\0"),
        (parameter("string"), "\ud800"),
        (parameter("string", choices=("a", "b")), "c"),
        (parameter("boolean"), 1),
        (parameter("image"), ["1", 0]),
    ],
)
def test_a_value_that_does_not_fit_is_named_with_what_would(given, value):
    with pytest.raises(ParameterError) as error:
        given.checked(value)
    assert str(error.value).startswith("Parameter it: expected ")
    assert ", got " in str(error.value)
    assert len(str(error.value)) < 300


def seeds(**second):
    first = {"name": "seed", "value": 1, "low": 0, "high": 9}
    return {
        "1": {"class_type": "AnimeParameterInt", "inputs": first},
        "2": {"class_type": "AnimeParameterInt", "inputs": {**first, **second}},
    }


def test_nodes_of_one_name_are_filled_together():
    graph = seeds()
    (seed,) = read_parameters(graph)
    assert seed.node_ids == ("1", "2")
    filled = fill_graph(graph, (seed,), {"seed": 4})
    assert [filled[key]["inputs"]["value"] for key in graph] == [4, 4]


@pytest.mark.parametrize("other", [{"value": 2}, {"high": 8}])
def test_nodes_of_one_name_that_differ_are_refused(other):
    with pytest.raises(ParameterError, match="nodes 1 and 2"):
        read_parameters(seeds(**other))


def test_nodes_of_one_name_and_another_type_are_refused():
    graph = seeds()
    graph["2"]["class_type"] = "AnimeParameterFloat"
    with pytest.raises(ParameterError, match="another type"):
        read_parameters(graph)


def test_what_must_be_given_is_asked_for():
    required = parameter("string", required=True)
    graph = {"1": {"class_type": "AnimeParameterString", "inputs": {"name": "it"}}}
    with pytest.raises(ParameterError, match="must be given"):
        fill_graph(graph, (required,), {})
    assert fill_graph(graph, (required,), {"it": "x"})["1"]["inputs"]["value"] == "x"


def test_an_api_prompt_may_leave_bounds_out():
    graph = {"1": {"class_type": "AnimeParameterInt", "inputs": {"name": "seed"}}}
    (seed,) = read_parameters(graph)
    assert (seed.default, seed.low, seed.high) == (0, 0, MOST_INT)
