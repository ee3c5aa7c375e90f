"""Generation parameters of a job, read from its graph: prompts, seeds, models and settings.

A parameter is recognised by the name of its input rather than by the class of its node, so that
nodes of other packs are read too. Values that only exist when the graph runs are left out; nothing
is guessed.
"""

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from .graph import Graph, Node
from .input_files import input_files
from .prompt_texts import TEXT, is_encoder, prompt_texts


@dataclass(frozen=True)
class GenerationParameter:
    """A generation parameter, which is the value of one input of a node.

    Attributes:
        node_id, node_type: id and class of the node.
        kind: purpose of the value: positive, negative, prompt (neither of the two is known), a part
            of one of them (positive_part, …) if only the run made the whole, seed, model, vae,
            text_encoder, clip_vision, lora, controlnet, ip_adapter, sampler, input_file, …
        name: name of the input. A LoRA's file and strengths have the same node and kind.
        text: text or file name; None for a number.
        number: number, whole numbers exactly; None for a text without a strength.
        sha256: hash of the model file; None if it is unknown or there is no file.
    """

    node_id: str
    node_type: str
    kind: str
    name: str
    text: str | None = None
    number: int | float | None = None
    sha256: str | None = None


PART = "_part"  # end of the kind of a literal part of a prompt
INPUT_FILE = "input_file"  # kind of a file that a node loads

# Kinds of numbers whose input name means the same on every node.
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
# Names of inputs that are sizes of pictures, if the node has both a width and a height.
SIZES = {
    **{"width": "width", "height": "height", "batch_size": "batch"},
    **dict.fromkeys(("length", "frames"), "frames"),
}
# Classes of nodes on which a `shift` is that of the schedule; elsewhere it can shift anything.
SAMPLING = re.compile(r"sampl|schedul", re.IGNORECASE)
SAMPLER_NAMES, SCHEDULER = ("sampler_name", "sampler"), "scheduler"
# Inputs that take a sampler or schedule from another node. If that node has no name to choose, its
# class stands for the name.
NAMED_BY_CLASS = {"sampler": ("sampler", SAMPLER_NAMES), "sigmas": ("scheduler", (SCHEDULER,))}

# Kinds of model files, recognised by the input's name, or else by the node's class.
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
# Names of inputs that hold the name of a model file.
FILE_INPUT = re.compile(
    r"\w*(ckpt|checkpoint|unet|lora|vae|control_?net|clip|gligen|style_model|ip_?adapter|model"
    r"|text_encoder|encoder|diffusion_model)(_?(name|path|file)_?\d*|_?\d+)?",
    re.IGNORECASE,
)
FILE_SUFFIX = re.compile(
    r"\.(safetensors|sft|ckpt|pt|pth|bin|gguf|onnx|pkl|engine)$", re.IGNORECASE
)
# Values that mean that no file is chosen, and values that switch a row of a LoRA stack off.
NOTHING = {"", "none", "(none)", "undefined", "baked vae"}
OFF = {"off", "false", "disabled", False}
# Inputs that hold the strength of a LoRA, a ControlNet or an adapter, or its first and last step.
STRENGTH = re.compile(
    r"\w*(strength|weight|_str|_wt|start_percent|end_percent|start_at|end_at|scale)(_\w+)?",
    re.IGNORECASE,
)
STRENGTHENED = {"controlnet": ("control_net", "controlnet"), "ip_adapter": ("ipadapter",)}
WITH_STRENGTH = ("lora", "controlnet", "ip_adapter")
# Number of a row in the name of an input, such as 2 in `lora_02` and `lora_02_strength`.
NUMBERED = re.compile(r"_0*(\d+)(_|$)")


def generation_parameters(graph: object) -> tuple[GenerationParameter, ...]:
    """Return the generation parameters of a graph.

    Args:
        graph: prompt in API format. Entries that aren't nodes are skipped.

    Returns:
        The prompts first, then the other parameters in the order of the nodes and their inputs.

    Examples:
        >>> inputs = {"seed": 7, "steps": 20, "sampler_name": "euler"}
        >>> graph = {"3": {"class_type": "KSampler", "inputs": inputs}}
        >>> [(each.kind, each.text or each.number) for each in generation_parameters(graph)]
        [('seed', 7), ('steps', 20), ('sampler', 'euler')]
    """
    nodes = Graph(graph)
    prompts = [
        GenerationParameter(
            each.node.id,
            each.node.type,
            f"{each.role}{PART}" if each.is_part else each.role,
            each.name,
            text=each.text,
        )
        for each in prompt_texts(nodes)
    ]
    settings = [each for node in nodes.nodes.values() for each in _node_parameters(nodes, node)]
    return tuple(dict.fromkeys([*prompts, *settings]))


def _node_parameters(graph: Graph, node: Node) -> Iterator[GenerationParameter]:
    """Yield the parameters in a node's inputs, without prompts."""
    encoder = is_encoder(graph, node)
    sized = not encoder and {"width", "height"} <= node.inputs.keys()
    files, loaded = dict(_files(node)), dict(input_files(graph, node))
    strength_kind = _strength_kind(node)
    for name in node.inputs:
        if name in files:
            yield _parameter(node, files[name][0], name, *files[name][1:])
        elif name in loaded and not encoder:
            yield _parameter(node, INPUT_FILE, name, loaded[name], None)
        elif strength_kind and STRENGTH.fullmatch(name) and _has_file(files, name):
            yield from _number(graph, node, strength_kind, name)
        elif name in SAMPLER_NAMES or name == SCHEDULER or name in NAMED_BY_CLASS:
            yield from _sampler_or_schedule(graph, node, name)
        elif sized and name in SIZES:
            yield from _number(graph, node, SIZES[name], name)
        elif not TEXT.fullmatch(name):
            for kind in _kinds_of(name):
                if kind != "shift" or SAMPLING.search(node.type):
                    yield from _number(graph, node, kind, name)


def _parameter(
    node: Node, kind: str, name: str, text: str | None, number: Any
) -> GenerationParameter:
    return GenerationParameter(node.id, node.type, kind, name, text, number)


def _number(graph: Graph, node: Node, kind: str, name: str) -> Iterator[GenerationParameter]:
    """Yield the number of an input, unless another node yields it as a parameter of this kind."""
    literal = graph.literal(node, name)
    if literal is None:
        return
    if literal.node != node.id and kind in _kinds_of(literal.name):
        return
    number = as_number(literal.value)
    if number is not None:
        yield _parameter(node, kind, name, None, number)


def _kinds_of(name: str) -> set[str]:
    return {kind for kind, names in NUMBERS if names.fullmatch(name)}


def as_number(value: object) -> int | float | None:
    """Return a number as ComfyUI reads it, also from text; None if it isn't a finite number."""
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


def _sampler_or_schedule(graph: Graph, node: Node, name: str) -> Iterator[GenerationParameter]:
    """Yield the name of the sampler or schedule, or the class of the node that stands for it."""
    kind = "scheduler" if name in (SCHEDULER, "sigmas") else "sampler"
    literal = graph.literal(node, name)
    if literal is not None:
        in_source = literal.node != node.id and literal.name in (*SAMPLER_NAMES, SCHEDULER)
        if isinstance(literal.value, str) and literal.value and name != "sigmas" and not in_source:
            yield _parameter(node, kind, name, literal.value, None)
        return
    if name not in NAMED_BY_CLASS or name not in node.links():
        return
    source = graph.nodes.get(node.links()[name][0])
    _, names = NAMED_BY_CLASS[name]
    if source is None or name in source.links() or any(each in source.inputs for each in names):
        return  # the parameters of the source node contain the name
    yield _parameter(source, kind, "class_type", source.type, None)


def _files(node: Node) -> Iterator[tuple[str, tuple[str, str, int | float | None]]]:
    """Yield (input, (kind, file, strength)) for each model file that a node's inputs name."""
    for name, value in node.inputs.items():
        if isinstance(value, dict):  # a row in the list of a LoRA stack
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
    """Return True if the row of a LoRA stack is switched off."""
    number = NUMBERED.search(name)
    switch = node.inputs.get(f"switch_{number[1]}", True) if number else True
    return (switch.lower() if isinstance(switch, str) else switch) in OFF


def _kind_of_file(node: Node, name: str, value: str) -> str | None:
    if not FILE_INPUT.fullmatch(name):
        return None
    ends_in_name = re.fullmatch(r"\w*_name_?\d*", name, re.IGNORECASE) is not None
    if not ends_in_name and not FILE_SUFFIX.search(value):
        return None
    general = name.lower() in ("model", "model_name", "model_path", "name", "encoder", "clip_name")
    if not general:
        kind = next((kind for kind, names in FILES if names.search(name)), None)
        if kind is not None:
            return kind
    by_class = next((kind for kind, names in FILES if names.search(node.type)), None)
    if by_class is None and FILE_SUFFIX.search(value):
        return "other_model"
    return by_class


def _strength_kind(node: Node) -> str | None:
    """Return the kind of model whose strength a node sets: LoRA, ControlNet or adapter, or None."""
    kinds = {kind: name for name, (kind, *_) in _files(node)}
    for kind in WITH_STRENGTH:
        if kind in kinds:
            return kind
    for kind, names in STRENGTHENED.items():
        if any(name in node.links() for name in names):
            return kind
    return None


def _has_file(files: Iterable[str], name: str) -> bool:
    """Return False for a strength in a numbered row of a stack that names no file."""
    number = NUMBERED.search(name)
    rows = {match[1] for each in files if (match := NUMBERED.search(each))}
    return number is None or not rows or number[1] in rows
