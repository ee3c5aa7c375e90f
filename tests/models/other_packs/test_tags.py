"""Tags are read as the usual taggers and prompts write them."""

import pytest

from anime_production.models.frames import Absence
from anime_production.models.other_packs.answer_tags import read_tags


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1girl, solo", ["1girl", "solo"]),
        ("1girl, 1girl", ["1girl"]),
        ("(red hair, hat:1.3), solo", ["red hair", "hat", "solo"]),
        ("((hat)), {bow}, [smile:0.8]", ["hat", "bow", "smile"]),
        (r"saber_\(fate\)", ["saber (fate)"]),
        ("saber (fate)", ["saber (fate)"]),
        (":3, :d, (o)_(o), rating:safe", [":3", ":d", "(o) (o)", "rating:safe"]),
        ('{"1girl": 0.99, "red_hair": 0.8}', ["1girl", "red hair"]),
        ('{"hat": 0.99}', ["hat"]),
        ('{"tags": ["1girl", "red hair"]}', ["1girl", "red hair"]),
        ('["1girl", "solo"]', ["1girl", "solo"]),
        ("Tags: 1girl, solo.", ["1girl", "solo"]),
        ("- 1girl\n- solo", ["1girl", "solo"]),
        ("red hair: 0.98\nhat: 0.3", ["red hair", "hat"]),
        ("['1girl', 'red_hair']", ["1girl", "red hair"]),
        ("{'1girl': 0.99, 'hat': 0.8}", ["1girl", "hat"]),
        ("[1girl, red hair]", ["1girl", "red hair"]),
        ("[1girl], solo, [hat]", ["1girl", "solo", "hat"]),
        ("1girl, ((red hair, hat:1.2)), solo", ["1girl", "red hair", "hat", "solo"]),
        ('{"general": {"hat": 0.9, "bow": 0.8}, "character": []}', ["hat", "bow"]),
        ('{"tags": "1girl, solo"}', ["1girl", "solo"]),
        ('{"hat": false, "bow": true}', ["bow"]),
        ('[{"label": "hat", "score": 0.9}]', ["hat"]),
        ("<lora:style:0.8>, 1girl", ["1girl"]),
        ("1girl、赤い髪", ["1girl", "赤い髪"]),
    ],
)
def test_tags_are_written_in_one_way(text, expected):
    assert read_tags(text) == expected


@pytest.mark.parametrize(
    "text",
    ["A girl with long red hair who wears a hat.", "A girl. She has red hair.", "", "<think>hat"],
)
def test_what_is_no_list_of_tags_is_not_read(text):
    assert isinstance(read_tags(text), Absence)
