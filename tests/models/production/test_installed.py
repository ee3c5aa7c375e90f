import pytest

from anime_production.models.production.definition import read_definition
from anime_production.models.production.installed import missing, parameter_options

PLAIN: tuple[str, ...] = (
    "AnimeParameterInt",
    "AnimeParameterFloat",
    "AnimeParameterString",
    "AnimeSampleClip",
)
PLAIN += ("AnimeGate", "AnimeJob", "AnimeJobSave", "AnimeStillQuality")
HERE = {
    **{each: {} for each in PLAIN},
    "VAELoader": {"vae_name": ["wan.safetensors"]},
    "LoadImage": {"image": ["a.png"]},
}


@pytest.fixture
def phase(data):
    def made(requires=(), **nodes):
        for name, (class_type, inputs) in nodes.items():
            data["graph"][name] = {"class_type": class_type, "inputs": inputs}
        return read_definition({**data, "requires": list(requires)})

    return made


def test_nothing_is_missing_where_all_is_there(phase):
    vae = ("VAELoader", {"vae_name": "wan.safetensors"})
    assert missing(phase(vae=vae), HERE.get) == ()


def test_a_missing_node_and_a_missing_file_are_named_once(phase):
    of = phase(
        a=("VAELoader", {"vae_name": "other.safetensors"}),
        b=("VAELoader", {"vae_name": "other.safetensors"}),
        c=("RIFE", {}),
    )
    assert missing(of, HERE.get) == ("models/vae/other.safetensors", "node RIFE")


def test_a_file_that_a_parameter_names_is_found_through_its_link(phase):
    named = ("AnimeParameterString", {"name": "vae", "value": "other.safetensors"})
    vae = ("VAELoader", {"vae_name": ["p", 0]})
    of = phase(p=named, v=vae)
    assert missing(of, HERE.get) == ("models/vae/other.safetensors",)
    assert missing(of, HERE.get, {"vae": "wan.safetensors"}) == ()
    required = phase(requires=["vae"], p=named, v=vae)
    assert missing(required, HERE.get) == (), "the request will name it"
    assert missing(required, HERE.get, {"vae": "x"}) == ("models/vae/x",)


def test_another_choice_that_is_not_offered_is_named_with_its_input(phase):
    picture = phase(i=("LoadImage", {"image": "b.png"}))
    assert missing(picture, HERE.get) == ('LoadImage.image "b.png"',)


def test_files_of_comfyuis_own_folders_are_no_models(phase):
    picture = phase(i=("LoadImage", {"image": "shot/b.png [output]"}))
    assert missing(picture, HERE.get) == ()


def test_the_options_of_a_parameter_are_those_that_all_its_inputs_offer(phase):
    here = {
        **HERE,
        "VAELoader": {"vae_name": ["wan.safetensors", "sdxl.safetensors"]},
        "OtherLoader": {"vae": ["flux.safetensors", "sdxl.safetensors", "wan.safetensors"]},
        "AnimeCharacterLoad": {"name": ["(nothing saved yet)"]},
    }
    of = phase(
        p=("AnimeParameterString", {"name": "vae", "value": "other.safetensors"}),
        v=("VAELoader", {"vae_name": ["p", 0]}),
        w=("OtherLoader", {"vae": ["p", 0]}),
        c=("AnimeParameterString", {"name": "character", "value": ""}),
        l=("AnimeCharacterLoad", {"name": ["c", 0]}),
        x=("VAELoader", {"vae_name": "wan.safetensors"}),
    )
    options = parameter_options(of, here.get)
    assert options == {"vae": ("wan.safetensors", "sdxl.safetensors"), "character": ()}
