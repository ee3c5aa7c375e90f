"""What a job's pictures were made with, dug out of its graph: prompts, seeds, models, settings.

Nodes are known by what their inputs are called rather than by their class, so that those of other
packs are read too. What is only made when the graph runs is left out: nothing is guessed.
"""

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from .graph import Graph, Node
from .prompt_texts import TEXT, is_encoder, prompt_texts


@dataclass(frozen=True)
class GenerationParameter:
    """One input of a node.

    Attributes:
        node_id, node_type: of the node.
        kind: what it is for: positive, negative or prompt (one that isn't told which), seed,
            model, vae, text_encoder, clip_vision, lora, controlnet, ip_adapter, sampler, …
        name: of the input. A LoRA's file and strengths share the node and the kind.
        text: a text or a file's name, None where there is none.
        number: whole ones exactly, None where there is none.
        sha256: of the model file, where it is known.
    """

    node_id: str
    node_type: str
    kind: str
    name: str
    text: str | None = None
    number: int | float | None = None
    sha256: str | None = None


# Numbers that mean the same on every node.
NUMBERS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(names, re.IGNORECASE))
    for kind, names in (
        ("seed", r"(noise_?|rand(om)?_?)?seed(_?num|_?\d+)?"),
        ("steps", r"steps|num_(inference_)?steps"),
        ("first_step", r"start_at_step|start_step"),
        ("last_step", r"end_at_step|end_step"),
        ("cfg", r"cfg(_\w+)?"),
        ("guidance", r"guidance(_scale)?|flux_guidance"),
        ("denoise", r"denoise(_strength)?"),
        ("shift", r"shift|(max|base)_shift"),
        ("clip_skip", r"clip_skip|stop_at_clip_layer"),
        ("fps", r"fps|frame_rate"),
        ("width", r"empty_latent_width"),
        ("height", r"empty_latent_height"),
        ("frames", r"num_frames|video_frames|frame_count"),
    )
)
# These are sizes of pictures only together with a width and a height.
SIZES = {
    **{"width": "width", "height": "height", "batch_size": "batch"},
    **dict.fromkeys(("length", "frames"), "frames"),
}
SAMPLING = re.compile(r"sampl|schedul", re.IGNORECASE)  # elsewhere a shift is one of anything
SAMPLER_NAMES, SCHEDULER = ("sampler_name", "sampler"), "scheduler"
# A sampler or a schedule that is a node of its own, without a name to choose: its class is it.
OF_A_CLASS = {"sampler": ("sampler", SAMPLER_NAMES), "sigmas": ("scheduler", (SCHEDULER,))}

# Files of models, by the input's name, and where that says nothing by the node's class too.
FILES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(names, re.IGNORECASE))
    for kind, names in (
        ("lora", r"lora"),
        ("controlnet", r"control_?net"),
        ("ip_adapter", r"ip_?adapter"),
        ("clip_vision", r"clip_?vision"),
        ("model", r"ckpt|checkpoint|unet|diffusion_model"),
        ("vae", r"vae"),
        ("style_model", r"style_model"),
        ("upscale_model", r"upscale"),
        ("text_encoder", r"text_?encoder|t5|clip"),
        ("model_patch", r"model_?patch"),
        ("gligen", r"gligen"),
        ("interpolation_model", r"interpolat|rife|film"),
        ("model", r"diffusion|wan|video_?model|^model_?loader|model$"),
    )
)
FILE_INPUT = re.compile(
    r"\w*(ckpt|checkpoint|unet|lora|vae|control_?net|clip|gligen|style_model|ip_?adapter|model"
    r"|text_encoder|encoder|diffusion_model)(_?(name|path|file)_?\d*|_?\d+)?",
    re.IGNORECASE,
)
FILE_SUFFIX = re.compile(
    r"\.(safetensors|sft|ckpt|pt|pth|bin|gguf|onnx|pkl|engine)$", re.IGNORECASE
)
NOTHING = {"", "none", "(none)", "undefined", "baked vae"}
OFF = {"off", "false", "disabled", False}
# How strong a LoRA, a ControlNet or an adapter is, and from when to when.
STRENGTH = re.compile(
    r"\w*(strength|weight|_str|_wt|start_percent|end_percent|start_at|end_at|scale)(_\w+)?",
    re.IGNORECASE,
)
STRENGTHENED = {"controlnet": ("control_net", "controlnet"), "ip_adapter": ("ipadapter",)}
WITH_STRENGTH = ("lora", "controlnet", "ip_adapter")
NUMBERED = re.compile(r"_0*(\d+)(_|$)")


def generation_parameters(graph: object) -> tuple[GenerationParameter, ...]:
    """What is known of how a graph makes its pictures.

    Args:
        graph: the prompt in API format. What is no graph, or no node, is passed over.

    Returns:
        The prompts first, then the rest in the order of the graph and of each node's inputs.
    """
    known = Graph(graph)
    prompts = [
        GenerationParameter(each.node.id, each.node.type, each.role, each.name, text=each.text)
        for each in prompt_texts(known)
    ]
    rest = [each for node in known.nodes.values() for each in _of_node(known, node)]
    return tuple(dict.fromkeys([*prompts, *rest]))


def _of_node(graph: Graph, node: Node) -> Iterator[GenerationParameter]:
    encoder = is_encoder(graph, node)
    sized = not encoder and {"width", "height"} <= node.inputs.keys()
    files = dict(_files(node))
    strong = _strong(node, files)
    for name in node.inputs:
        if name in files:
            yield _param(node, files[name][0], name, *files[name][1:])
        elif strong and STRENGTH.fullmatch(name) and _wanted(node, files, name):
            yield from _number(graph, node, strong, name)
        elif name in SAMPLER_NAMES or name == SCHEDULER or name in OF_A_CLASS:
            yield from _chosen(graph, node, name)
        elif sized and name in SIZES:
            yield from _number(graph, node, SIZES[name], name)
        elif not TEXT.fullmatch(name):
            for kind in _kinds_of(name):
                if kind != "shift" or SAMPLING.search(node.type):
                    yield from _number(graph, node, kind, name)


def _param(node: Node, kind: str, name: str, text: str | None, number: Any) -> GenerationParameter:
    return GenerationParameter(node.id, node.type, kind, name, text, number)


def _number(graph: Graph, node: Node, kind: str, name: str) -> Iterator[GenerationParameter]:
    """An input's number. One that another node holds under such a name is that node's."""
    found = graph.literal(node, name)
    if found is None:
        return
    if found.node != node.id and kind in _kinds_of(found.name):
        return
    number = as_number(found.value)
    if number is not None:
        yield _param(node, kind, name, None, number)


def _kinds_of(name: str) -> set[str]:
    return {kind for kind, names in NUMBERS if names.fullmatch(name)}


def as_number(value: object) -> int | float | None:
    """A number as ComfyUI takes it, from its digits too; None for what is none, or not finite."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        try:
            value = int(value) if re.fullmatch(r"\s*[+-]?\d{1,30}\s*", value) else float(value)
        except ValueError:
            return None
    if isinstance(value, int):
        return value
    return value if isinstance(value, float) and math.isfinite(value) else None


def _chosen(graph: Graph, node: Node, name: str) -> Iterator[GenerationParameter]:
    """The sampler or schedule: its name, or the class of the node that stands for it."""
    kind = "scheduler" if name in (SCHEDULER, "sigmas") else "sampler"
    found = graph.literal(node, name)
    if found is not None:
        told_there = found.node != node.id and found.name in (*SAMPLER_NAMES, SCHEDULER)
        if isinstance(found.value, str) and found.value and name != "sigmas" and not told_there:
            yield _param(node, kind, name, found.value, None)
        return
    if name not in OF_A_CLASS or name not in node.links():
        return
    source = graph.nodes.get(node.links()[name][0])
    _, names = OF_A_CLASS[name]
    if source is None or name in source.links() or any(each in source.inputs for each in names):
        return  # the source says it of itself
    yield _param(source, kind, "class_type", source.type, None)


def _files(node: Node) -> Iterator[tuple[str, tuple[str, str, int | float | None]]]:
    """The model files that a node's inputs name: input -> kind, file, strength beside it."""
    for name, value in node.inputs.items():
        if isinstance(value, dict):  # a row of a list of LoRAs
            file, strength = value.get("lora"), as_number(value.get("strength"))
            if isinstance(file, str) and value.get("on", True) and _names_a_file(file):
                yield name, ("lora", file, strength)
        elif isinstance(value, str) and _names_a_file(value) and not _is_off(node, name):
            kind = _kind_of_file(node, name, value)
            if kind is not None:
                yield name, (kind, value, None)


def _names_a_file(text: str) -> bool:
    return text.strip().lower() not in NOTHING


def _is_off(node: Node, name: str) -> bool:
    """Whether a stack's row is switched off."""
    number = NUMBERED.search(name)
    switch = node.inputs.get(f"switch_{number[1]}", True) if number else True
    return (switch.lower() if isinstance(switch, str) else switch) in OFF


def _kind_of_file(node: Node, name: str, value: str) -> str | None:
    if not FILE_INPUT.fullmatch(name):
        return None
    says_all = re.fullmatch(r"\w*_name_?\d*", name, re.IGNORECASE) is not None
    if not says_all and not FILE_SUFFIX.search(value):
        return None
    plain = name.lower() in ("model", "model_name", "model_path", "name", "encoder", "clip_name")
    if not plain:
        kind = next((kind for kind, names in FILES if names.search(name)), None)
        if kind is not None:
            return kind
    by_class = next((kind for kind, names in FILES if names.search(node.type)), None)
    if by_class is None and FILE_SUFFIX.search(value):
        return "other_model"
    return by_class


def _strong(node: Node, files: Iterable[str]) -> str | None:
    """What the strengths on a node are of: a LoRA, a ControlNet or an adapter that it applies."""
    kinds = {kind: name for name, (kind, *_) in _files(node)}
    for kind in WITH_STRENGTH:
        if kind in kinds:
            return kind
    for kind, names in STRENGTHENED.items():
        if any(name in node.links() for name in names):
            return kind
    return None


def _wanted(node: Node, files: Iterable[str], name: str) -> bool:
    """Whether a strength belongs to a row of a stack that has a file."""
    number = NUMBERED.search(name)
    rows = {found[1] for each in files if (found := NUMBERED.search(each))}
    return number is None or not rows or number[1] in rows
