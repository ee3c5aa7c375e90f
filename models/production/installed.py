"""Node classes, model files and options that a workflow needs and this ComfyUI lacks."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from ..gating.links import is_link
from ..node_types import NOTHING_SAVED
from .definition import PhaseDefinition
from .phase_parameters import NODES

# Function that returns the options of a node class's inputs, or None if the class isn't installed.
Installed = Callable[[str], Mapping[str, Collection[Any]] | None]

# ComfyUI's model folder of an input's file, by class and input.
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
    """Return the classes, files and options that a workflow needs and this ComfyUI lacks.

    The values of parameters are checked in the inputs that they are connected to, because ComfyUI
    checks no value that comes over a link. A required parameter without a value isn't checked.

    Args:
        definition: definition of the phase.
        installed: function that returns this ComfyUI's options for a node class.
        values: values by parameter; the others keep their defaults.

    Returns:
        A name for each of them, such as `models/vae/wan_2.1_vae.safetensors`, `node SomeSampler`,
        or `KSampler.sampler_name "strange"`; empty if the workflow can run.
    """
    parameter_values = {
        each.name: (values or {}).get(each.name, None if each.required else each.default)
        for each in definition.parameters
    }
    graph, missing_names = definition.graph, {}
    for node in graph.values():
        class_type = node["class_type"]
        options = installed(class_type)
        if options is None:
            missing_names[f"node {class_type}"] = True
            continue
        for name, choices in options.items():
            value = _literal(graph, node["inputs"].get(name), parameter_values)
            if value is not None and value not in choices and not _is_annotated(value):
                missing_names[_display_name(class_type, name, value)] = True
    return tuple(missing_names)


def parameter_options(
    definition: PhaseDefinition, installed: Installed
) -> dict[str, tuple[str, ...]]:
    """Return the values that this ComfyUI offers for parameters, such as the files of a loader.

    Args:
        definition: definition of the phase.
        installed: function that returns this ComfyUI's options for a node class.

    Returns:
        The options by parameter, in ComfyUI's order, of each parameter that is connected to a
        choice; those that all its inputs offer. Parameters without such an input are left out.
    """
    options_by_name: dict[str, tuple[str, ...]] = {}
    for node in definition.graph.values():
        for input_name, choices in (installed(node["class_type"]) or {}).items():
            link = node["inputs"].get(input_name)
            if not is_link(link) or definition.graph[link[0]]["class_type"] not in NODES:
                continue
            source: Mapping[str, Any] = definition.graph[link[0]]
            name = str(source["inputs"]["name"]).strip()
            first = options_by_name.get(name, choices)
            options_by_name[name] = tuple(
                str(each) for each in first if each in choices and each != NOTHING_SAVED
            )
    return options_by_name


def _literal(graph: Mapping[str, Any], value: Any, parameter_values: Mapping[str, Any]) -> Any:
    """Return the value of an input; None if it is computed by another node."""
    if isinstance(value, Mapping):
        value = value.get("__value__")
    if is_link(value):
        source = graph[value[0]]
        if source["class_type"] not in NODES:
            return None
        return parameter_values.get(str(source["inputs"]["name"]).strip())
    return value if isinstance(value, str | int | float | bool) else None


def _is_annotated(value: Any) -> bool:
    """Return True for a file of ComfyUI's input, output or temp folder.

    ComfyUI accepts such a file though the input's options don't list it.
    """
    return isinstance(value, str) and value.endswith(("[input]", "[output]", "[temp]"))


def _display_name(class_type: str, name: str, value: Any) -> str:
    folder = FOLDERS.get((class_type, name))
    if folder is not None:
        return f"models/{folder}/{value}"
    return f'{class_type}.{name} "{value}"'
