import pytest

from anime_production.models.frames import InputError
from anime_production.models.jobs.job import new_job


def test_two_jobs_of_one_prompt_have_ids_of_their_own():
    assert new_job("p").id != new_job("p").id


def test_tags_are_separated_trimmed_and_each_kept_once():
    assert new_job(None, tags=" night, snow,,night\nrain ").tags == ("night", "snow", "rain")


@pytest.mark.parametrize("name", ["葵　花子", "کوه\u200cنورد", "👩\u200d🎨", "Ærøskøbing"])
def test_a_name_may_be_in_any_script(name: str):
    assert new_job(None, character=f" {name} ").character == name


@pytest.mark.parametrize("field", ["project", "scene", "shot", "character", "tags"])
@pytest.mark.parametrize("value", ["a" * 201, "a\0b", "a\x1bb", "a\u2028b"])
def test_a_name_that_the_database_could_not_keep_is_refused_by_its_input(field: str, value: str):
    with pytest.raises(InputError, match=f"^{field}: "):
        new_job(None, **{field: value})
