import json

import pytest

from anime_production.models.jobs.provenance.generation_parameters import generation_parameters
from anime_production.tools.comfyui import PACK

from ..graphs import graph_of, prompt_of_blueprint, values_of_kinds

EXAMPLES = PACK / "example_workflows" / "api"
MAKE_NOTHING = ("check_your_clip", "review_a_shot")  # they load what was made before
MAKING = [path for path in sorted(EXAMPLES.glob("*.json")) if path.stem not in MAKE_NOTHING]


SDXL = graph_of(
    base=("CheckpointLoaderSimple", {"ckpt_name": "animagine-xl-4.0.safetensors"}),
    ink=(
        "LoraLoader",
        {
            **{"model": ["base", 0], "clip": ["base", 1], "lora_name": "style/ink.safetensors"},
            **{"strength_model": 0.8, "strength_clip": 0.6},
        },
    ),
    hero=(
        "LoraLoader",
        {
            **{"model": ["ink", 0], "clip": ["ink", 1], "lora_name": "hero.safetensors"},
            **{"strength_model": 1.0, "strength_clip": 1.0},
        },
    ),
    quality=("PrimitiveStringMultiline", {"value": "masterpiece"}),
    what=("PrimitiveString", {"value": "1girl, snow"}),
    words=(
        "StringConcatenate",
        {"string_a": ["quality", 0], "string_b": ["what", 0], "delimiter": ", "},
    ),
    good=(
        "CLIPTextEncodeSDXL",
        {
            **{"clip": ["hero", 1], "text_g": ["words", 0], "text_l": "anime, key visual"},
            **{"width": 4096, "height": 4096, "target_width": 4096, "target_height": 4096},
        },
    ),
    room=("CLIPTextEncode", {"clip": ["hero", 1], "text": "a small room"}),
    both=("ConditioningCombine", {"conditioning_1": ["good", 0], "conditioning_2": ["room", 0]}),
    bad=("CLIPTextEncode", {"clip": ["hero", 1], "text": "lowres, bad hands"}),
    pose=("ControlNetLoader", {"control_net_name": "openpose-sdxl.safetensors"}),
    picture=("LoadImage", {"image": "pose.png"}),
    controlled=(
        "ControlNetApplyAdvanced",
        {
            **{"positive": ["both", 0], "negative": ["bad", 0], "control_net": ["pose", 0]},
            **{"image": ["picture", 0], "strength": 0.7, "start_percent": 0.0, "end_percent": 0.5},
        },
    ),
    seed=("PrimitiveInt", {"value": 18_446_744_073_709_551_615}),
    size=("EmptyLatentImage", {"width": 832, "height": 1216, "batch_size": 4}),
    sampler=(
        "KSampler",
        {
            **{"model": ["hero", 0], "positive": ["controlled", 0], "negative": ["controlled", 1]},
            **{"latent_image": ["size", 0], "seed": ["seed", 0], "steps": 28, "cfg": 5.5},
            **{"sampler_name": "euler_ancestral", "scheduler": "normal", "denoise": 1.0},
        },
    ),
    unused=("CLIPTextEncode", {"clip": ["hero", 1], "text": "an old idea"}),
    pictures=("VAEDecode", {"samples": ["sampler", 0], "vae": ["base", 2]}),
    saved=("SaveImage", {"images": ["pictures", 0], "filename_prefix": "ComfyUI"}),
)


def test_sdxl_with_loras_a_controlnet_and_texts_joined_of_primitives():
    params = generation_parameters(SDXL)
    assert values_of_kinds(params, "positive") == [
        "masterpiece, 1girl, snow",
        "anime, key visual",
        "a small room",
    ]
    assert values_of_kinds(params, "negative") == ["lowres, bad hands"]
    assert values_of_kinds(params, "prompt") == []
    assert values_of_kinds(params, "model") == ["animagine-xl-4.0.safetensors"]
    loras = [
        (each.node_id, each.name, each.text or each.number)
        for each in params
        if each.kind == "lora"
    ]
    assert loras == [
        ("ink", "lora_name", "style/ink.safetensors"),
        ("ink", "strength_model", 0.8),
        ("ink", "strength_clip", 0.6),
        ("hero", "lora_name", "hero.safetensors"),
        ("hero", "strength_model", 1.0),
        ("hero", "strength_clip", 1.0),
    ]
    assert values_of_kinds(params, "controlnet") == ["openpose-sdxl.safetensors", 0.7, 0.0, 0.5]
    assert values_of_kinds(params, "width", "height", "batch") == [832, 1216, 4]
    assert values_of_kinds(params, "steps", "cfg", "denoise") == [28, 5.5, 1.0]
    assert values_of_kinds(params, "sampler", "scheduler") == ["euler_ancestral", "normal"]


def test_a_seed_keeps_its_last_digit():
    (seed,) = [each for each in generation_parameters(SDXL) if each.kind == "seed"]
    assert (seed.number, seed.node_id, seed.name) == (2**64 - 1, "sampler", "seed")
    assert isinstance(seed.number, int)


def test_flux_by_the_custom_sampler_with_an_emptied_negative():
    graph = graph_of(
        model=("UNETLoader", {"unet_name": "flux1-dev.safetensors", "weight_dtype": "default"}),
        clip=(
            "DualCLIPLoader",
            {"clip_name1": "clip_l.safetensors", "clip_name2": "t5xxl_fp16.safetensors"},
        ),
        vae=("VAELoader", {"vae_name": "ae.safetensors"}),
        text=(
            "CLIPTextEncodeFlux",
            {"clip": ["clip", 0], "clip_l": "a fox", "t5xxl": "a red fox runs", "guidance": 3.5},
        ),
        none=("ConditioningZeroOut", {"conditioning": ["text", 0]}),
        strong=("FluxGuidance", {"conditioning": ["text", 0], "guidance": 2.5}),
        shifted=(
            "ModelSamplingFlux",
            {"model": ["model", 0], "max_shift": 1.15, "base_shift": 0.5},
        ),
        guider=(
            "CFGGuider",
            {
                **{"model": ["shifted", 0], "positive": ["strong", 0], "negative": ["none", 0]},
                "cfg": 1.0,
            },
        ),
        noise=("RandomNoise", {"noise_seed": 42}),
        how=("SamplerEulerAncestral", {"eta": 1.0, "s_noise": 1.0}),
        when=(
            "BasicScheduler",
            {"model": ["shifted", 0], "scheduler": "beta", "steps": 20, "denoise": 0.9},
        ),
        size=("EmptySD3LatentImage", {"width": 1024, "height": 768, "batch_size": 1}),
        sampler=(
            "SamplerCustomAdvanced",
            {
                **{"noise": ["noise", 0], "guider": ["guider", 0], "sampler": ["how", 0]},
                **{"sigmas": ["when", 0], "latent_image": ["size", 0]},
            },
        ),
    )
    params = generation_parameters(graph)
    assert values_of_kinds(params, "positive") == ["a fox", "a red fox runs"]
    assert values_of_kinds(params, "negative") == []
    assert values_of_kinds(params, "model", "text_encoder", "vae") == [
        "flux1-dev.safetensors",
        "clip_l.safetensors",
        "t5xxl_fp16.safetensors",
        "ae.safetensors",
    ]
    assert values_of_kinds(params, "seed", "steps", "denoise", "cfg") == [1.0, 42, 20, 0.9]
    assert values_of_kinds(params, "guidance") == [3.5, 2.5]
    assert values_of_kinds(params, "sampler", "scheduler") == ["beta", "SamplerEulerAncestral"]
    assert values_of_kinds(params, "shift") == [1.15, 0.5]


def test_wan_image_to_video_in_two_halves():
    graph = graph_of(
        high=("UNETLoader", {"unet_name": "wan2.2_high.safetensors"}),
        low=("UnetLoaderGGUF", {"unet_name": "wan2.2_low-Q8.gguf"}),
        clip=("CLIPLoader", {"clip_name": "umt5_xxl.safetensors", "type": "wan"}),
        eye=("CLIPVisionLoader", {"clip_name": "clip_vision_h.safetensors"}),
        good=("CLIPTextEncode", {"clip": ["clip", 0], "text": "she turns"}),
        bad=("CLIPTextEncode", {"clip": ["clip", 0], "text": "static"}),
        length=("PrimitiveInt", {"value": 81}),
        start=(
            "WanImageToVideo",
            {
                **{"positive": ["good", 0], "negative": ["bad", 0], "vae": ["vae", 0]},
                **{"width": 640, "height": 480, "length": ["length", 0], "batch_size": 1},
            },
        ),
        first=(
            "KSamplerAdvanced",
            {
                **{"model": ["high", 0], "positive": ["start", 0], "negative": ["start", 1]},
                **{"noise_seed": 7, "steps": 20, "cfg": 3.5, "sampler_name": "euler"},
                **{"scheduler": "simple", "start_at_step": 0, "end_at_step": 10},
                "latent_image": ["start", 2],
            },
        ),
        second=(
            "KSamplerAdvanced",
            {
                **{"model": ["low", 0], "positive": ["start", 0], "negative": ["start", 1]},
                **{"noise_seed": 0, "steps": 20, "cfg": 3.5, "sampler_name": "euler"},
                **{"scheduler": "simple", "start_at_step": 10, "end_at_step": 10000},
                "latent_image": ["first", 0],
            },
        ),
        video=("CreateVideo", {"images": ["decoded", 0], "fps": 16}),
    )
    params = generation_parameters(graph)
    assert values_of_kinds(params, "positive", "negative") == ["she turns", "static"]
    assert values_of_kinds(params, "model", "clip_vision") == [
        "wan2.2_high.safetensors",
        "wan2.2_low-Q8.gguf",
        "clip_vision_h.safetensors",
    ]
    assert values_of_kinds(params, "width", "height", "frames", "fps") == [640, 480, 81, 16]
    assert values_of_kinds(params, "seed", "steps", "first_step", "last_step") == [
        7,
        20,
        0,
        10,
        0,
        20,
        10,
        1e4,
    ]


def test_loras_of_other_packs_lists_without_what_is_switched_off():
    graph = graph_of(
        power=(
            "Power Lora Loader (rgthree)",
            {
                "lora_1": {"on": True, "lora": "a.safetensors", "strength": 0.5},
                "lora_2": {"on": False, "lora": "b.safetensors", "strength": 1.0},
            },
        ),
        stack=(
            "CR LoRA Stack",
            {
                **{"switch_1": "On", "lora_name_1": "c.safetensors", "model_weight_1": 0.9},
                **{"clip_weight_1": 0.8, "switch_2": "Off", "lora_name_2": "d.safetensors"},
                **{"model_weight_2": 1.0, "clip_weight_2": 1.0, "switch_3": "On"},
                **{"lora_name_3": "None", "model_weight_3": 1.0, "clip_weight_3": 1.0},
            },
        ),
    )
    loras = [(each.text, each.number) for each in generation_parameters(graph)]
    assert loras == [
        ("a.safetensors", 0.5),
        ("c.safetensors", None),
        (None, 0.9),
        (None, 0.8),
    ]


def test_an_adapter_and_a_loader_that_does_everything():
    graph = graph_of(
        all=(
            "Efficient Loader",
            {
                **{"ckpt_name": "pony.safetensors", "vae_name": "Baked VAE", "clip_skip": -2},
                **{"lora_name": "None", "lora_model_strength": 1.0, "positive": "a cat"},
                **{"negative": "a dog", "empty_latent_width": 512, "empty_latent_height": 768},
            },
        ),
        look=("IPAdapterModelLoader", {"ipadapter_file": "plus_sdxl.safetensors"}),
        applied=(
            "IPAdapterAdvanced",
            {"model": ["all", 0], "ipadapter": ["look", 0], "weight": 0.6, "weight_type": "linear"},
        ),
        sampler=(
            "KSampler (Efficient)",
            {"positive": ["all", 1], "negative": ["all", 2], "seed": str(2**64 - 1), "steps": 20},
        ),
    )
    params = generation_parameters(graph)
    assert values_of_kinds(params, "positive", "negative") == ["a cat", "a dog"]
    assert values_of_kinds(params, "model", "vae", "lora") == ["pony.safetensors"]
    assert values_of_kinds(params, "ip_adapter") == ["plus_sdxl.safetensors", 0.6]
    assert values_of_kinds(params, "seed", "width", "height", "clip_skip") == [
        -2,
        512,
        768,
        2**64 - 1,
    ]


@pytest.mark.parametrize("path", MAKING, ids=lambda path: path.stem)
def test_every_example_of_the_pack_tells_its_seed_and_size(path):
    params = generation_parameters(json.loads(path.read_text(encoding="utf-8")))
    assert values_of_kinds(params, "seed")
    assert values_of_kinds(params, "width")


def test_the_loop_generators_example_tells_everything():
    example = json.loads((EXAMPLES / "generate_a_loop.json").read_text(encoding="utf-8"))
    params = generation_parameters(example)
    assert len(values_of_kinds(params, "positive")) == len(values_of_kinds(params, "negative")) == 1
    assert values_of_kinds(params, "model") == ["wan2.1_t2v_1.3B_fp16.safetensors"]
    assert values_of_kinds(params, "shift") == [8.0], "the generator's own shift is no sampling's"
    assert values_of_kinds(params, "width", "height", "frames") == [480, 720, 45]


def test_comfyuis_own_wan_blueprint():
    params = generation_parameters(prompt_of_blueprint("Text to Video (Wan 2.2)"))
    assert len(values_of_kinds(params, "positive")) == 1
    assert values_of_kinds(params, "negative")[0].startswith("色调艳丽")
    assert len(values_of_kinds(params, "model")) == 2
    assert values_of_kinds(params, "width", "height", "frames") == [640, 640, 81]
    assert values_of_kinds(params, "sampler", "scheduler") == ["euler", "simple"] * 2
    assert [each for each in values_of_kinds(params, "lora") if isinstance(each, str)] == [
        "wan2.2_t2v_lightx2v_4steps_lora_v1.1_high_noise.safetensors",
        "wan2.2_t2v_lightx2v_4steps_lora_v1.1_low_noise.safetensors",
    ]
