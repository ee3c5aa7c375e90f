"""The page of measures shows every measure with the limits of every shipped profile."""

from anime_production.tools.measures_page import PAGE, with_tables


def test_the_tables_are_those_of_the_measures_and_profiles():
    page = PAGE.read_text(encoding="utf-8")
    assert with_tables(page) == page, "write it anew: python quickstart.py generate measures-page"
