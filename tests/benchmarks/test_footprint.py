"""What counts as brought by the pack."""

from packaging.requirements import Requirement

from anime_production.benchmarks.footprint import closure, megabytes


def test_an_extra_brings_its_packages_and_its_absence_does_not():
    assert "psycopg-pool" in closure([Requirement("psycopg[binary,pool]")])
    assert "psycopg-pool" not in closure([Requirement("psycopg")])


def test_what_a_package_needs_is_counted_with_it():
    assert {"insightface", "onnxruntime", "numpy"} <= closure([Requirement("insightface")])


def test_a_package_that_is_not_here_counts_for_nothing():
    assert closure([Requirement("no-such-package-anywhere")]) == set()


def test_sizes_are_those_on_disk():
    assert 1 < megabytes("insightface") < 20
