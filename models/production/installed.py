"""What a workflow needs and this ComfyUI lacks: node classes, model files, other choices."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from ..gating.retry_body import is_link
from .definition import PhaseDefinition
from .phase_parameters import NODES

# Options of the inputs of a node class that offers some; None where there is no such class.
Installed = Callable[[str], Mapping[str, Collection[Any]] | None]

# In which of ComfyUI's model folders an input's file lies.
FOLDERS = {
    ("CheckpointLoaderSimple", "ckpt_name"): "checkpoints",
    ("UNETLoader", "unet_name"): "diffusion_models",
    ("CLIPLoader", "clip_name"): "text_encoders",
    ("DualCLIPLoader", "clip_name1"): "text_encoders",
    ("DualCLIPLoader", "clip_name2"): "text_encoders",
    ("VAELoader", "vae_name"): "vae",
    ("LoraLoader", "lora_name"): "loras",
    ("LoraLoaderModelOnly", "lora_name"): "loras",
    ("CLIPVisionLoader", "clip_name"): "clip_vision",
    ("ControlNetLoader", "control_net_name"): "controlnet",
    ("UpscaleModelLoader", "model_name"): "upscale_models",
}


def missing(
    definition: PhaseDefinition,
    installed: Installed,
    values: Mapping[str, Any] | None = None,
) -> tuple[str, ...]:
    """What the workflow needs and this ComfyUI lacks; empty where it can run.

    A parameter's value is followed to the inputs that it reaches: ComfyUI itself checks no value
    that comes over a link. Parameters that a request must give are left out until it does.

    Args:
        definition: of the phase.
        installed: what this ComfyUI has.
        values: of parameters; the others are as the workflow was saved.

    Returns:
        Sentences' subjects, each once: `models/vae/wan_2.1_vae.safetensors`, `node
        SomeSampler`, `KSampler.sampler_name "strange"`.
    """
    chosen = {
        each.name: (values or {}).get(each.name, None if each.required else each.default)
        for each in definition.parameters
    }
    graph, lacking = definition.graph, {}
    for node in graph.values():
        class_type = node["class_type"]
        options = installed(class_type)
        if options is None:
            lacking[f"node {class_type}"] = True
            continue
        for name, offered in options.items():
            value = _literal(graph, node["inputs"].get(name), chosen)
            if value is not None and value not in offered and not _is_annotated(value):
                lacking[_named(class_type, name, value)] = True
    return tuple(lacking)


def _literal(graph: Mapping[str, Any], value: Any, chosen: Mapping[str, Any]) -> Any:
    """What an input holds; None where that isn't known before it runs."""
    if isinstance(value, Mapping):
        value = value.get("__value__")
    if is_link(value):
        source = graph[value[0]]
        if source["class_type"] not in NODES:
            return None
        return chosen.get(str(source["inputs"]["name"]).strip())
    return value if isinstance(value, str | int | float | bool) else None


def _is_annotated(value: Any) -> bool:
    """Whether it is a file of ComfyUI's input, output or temp folder: no list holds them all."""
    return isinstance(value, str) and value.endswith(("[input]", "[output]", "[temp]"))


def _named(class_type: str, name: str, value: Any) -> str:
    folder = FOLDERS.get((class_type, name))
    if folder is not None:
        return f"models/{folder}/{value}"
    return f'{class_type}.{name} "{value}"'
