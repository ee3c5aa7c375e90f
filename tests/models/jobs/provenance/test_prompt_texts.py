from anime_production.models.jobs.provenance.generation_parameters import generation_parameters

from ..graphs import graph_of, prompt_of_blueprint, values_of_kinds


def test_a_basic_guiders_conditioning_is_the_positive_prompt():
    graph = graph_of(
        text=("CLIPTextEncode", {"clip": ["clip", 0], "text": "a hill"}),
        guider=("BasicGuider", {"model": ["m", 0], "conditioning": ["text", 0]}),
        sampler=("SamplerCustomAdvanced", {"guider": ["guider", 0]}),
    )
    assert values_of_kinds(generation_parameters(graph), "positive") == ["a hill"]


def test_a_text_that_is_only_made_when_the_graph_runs_is_left_out():
    graph = graph_of(
        written=("SomeLanguageModel", {"prompt": "describe a fox", "temperature": 1.0}),
        text=("CLIPTextEncode", {"clip": ["clip", 0], "text": ["written", 0]}),
        width=("SomeMathematics", {"a": 512, "b": 2}),
        size=("EmptyLatentImage", {"width": ["width", 0], "height": 512, "batch_size": 1}),
        sampler=("KSampler", {"positive": ["text", 0], "seed": ["gone", 0], "steps": 5}),
        saved=("SaveLatent", {"samples": ["sampler", 0]}),
    )
    params = generation_parameters(graph)
    assert values_of_kinds(params, "positive", "prompt", "seed", "width") == []
    assert values_of_kinds(params, "height") == [512]


def test_a_switch_decides_which_prompt_it_was():
    for position, expected in ((True, "day"), (False, "night")):
        graph = graph_of(
            day=("CLIPTextEncode", {"clip": ["clip", 0], "text": "day"}),
            night=("CLIPTextEncode", {"clip": ["clip", 0], "text": "night"}),
            is_day=("PrimitiveBoolean", {"value": position}),
            chosen=(
                "ComfySwitchNode",
                {"switch": ["is_day", 0], "on_true": ["day", 0], "on_false": ["night", 0]},
            ),
            sampler=("KSampler", {"positive": ["chosen", 0], "seed": 1}),
        )
        assert values_of_kinds(generation_parameters(graph), "positive") == [expected]


def test_a_long_prompt_is_kept_whole():
    text = "雪の街、" * 50_000
    graph = graph_of(
        text=("CLIPTextEncode", {"clip": ["clip", 0], "text": text}),
        sampler=("KSampler", {"positive": ["text", 0], "seed": 1}),
    )
    assert values_of_kinds(generation_parameters(graph), "positive") == [text]


def test_a_text_that_only_says_what_to_cut_out_is_no_positive_prompt():
    params = generation_parameters(prompt_of_blueprint("Character Replacement (SCAIL-2 Base)"))
    assert len(values_of_kinds(params, "positive")) == 1
    assert values_of_kinds(params, "positive")[0].startswith("A young woman")
    assert len(values_of_kinds(params, "prompt")) == 2
