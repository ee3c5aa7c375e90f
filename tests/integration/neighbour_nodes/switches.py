"""Switches, lists, cleaners and displays as other packs have them, with their `*` types."""

import inspect
from typing import Any, ClassVar

from server import PromptServer


class AnyType(str):
    """A type that differs from no other (rgthree-comfy, Impact Pack, Easy-Use, KJNodes)."""

    def __ne__(self, other: object) -> bool:
        return False

    __hash__ = str.__hash__


ANY = AnyType("*")


class AnyNames(dict[str, Any]):
    """Inputs of any name, though none is listed (rgthree-comfy, KJNodes)."""

    def __getitem__(self, name: str) -> Any:
        return (ANY, {"lazy": False})

    def __contains__(self, name: object) -> bool:
        return True


class AnyLazyNames:
    """Inputs of any name that can't be listed at all (Impact Pack)."""

    def __getitem__(self, name: str) -> Any:
        return ANY, {"lazy": True}

    def __contains__(self, name: object) -> bool:
        return True


class Neighbour:
    """What the nodes of this file share."""

    CATEGORY = "Test"
    FUNCTION = "run"
    RETURN_TYPES: ClassVar[Any] = (ANY,)


class NeighbourFirst(Neighbour):
    """Gives the first input that has a value (rgthree-comfy: Any Switch)."""

    @classmethod
    def INPUT_TYPES(cls) -> Any:
        """Take any number of inputs of any name."""
        return {"required": {}, "optional": AnyNames()}

    def run(self, **values: Any) -> Any:
        """Choose."""
        return (next((each for each in values.values() if each is not None), None),)


class NeighbourChoice(Neighbour):
    """Gives an input by its number; the others don't run (Impact Pack: Switch)."""

    @classmethod
    def INPUT_TYPES(cls) -> Any:
        """Answer ComfyUI's validation otherwise than everyone else, as Impact Pack does."""
        optional: Any = {"input1": (ANY, {"lazy": True})}
        if inspect.stack()[1].function == "get_input_info":
            optional = AnyLazyNames()
        return {"required": {"select": ("INT", {"default": 1})}, "optional": optional}

    def check_lazy_status(self, select: int, **_: Any) -> list[str]:
        """Need one."""
        return [f"input{select}"]

    def run(self, select: int, **values: Any) -> Any:
        """Choose."""
        return (values[f"input{select}"],)


class NeighbourIfElse(Neighbour):
    """Gives one of two inputs; the other one doesn't run (Easy-Use, Crystools, Impact Pack)."""

    @classmethod
    def INPUT_TYPES(cls) -> Any:
        """Take a condition and two values."""
        lazy = (ANY, {"lazy": True})
        return {"required": {"condition": ("BOOLEAN",), "on_true": lazy, "on_false": lazy}}

    def check_lazy_status(self, condition: bool, **_: Any) -> list[str]:
        """Need one."""
        return ["on_true" if condition else "on_false"]

    def run(self, condition: bool, on_true: Any = None, on_false: Any = None) -> Any:
        """Choose."""
        return (on_true if condition else on_false,)


class NeighbourList(Neighbour):
    """Makes a list, for each item of which the next nodes run (Impact Pack, Crystools)."""

    OUTPUT_IS_LIST = (True,)

    @classmethod
    def INPUT_TYPES(cls) -> Any:
        """Take any number of inputs of any name."""
        return {"required": {}, "optional": AnyNames()}

    def run(self, **values: Any) -> Any:
        """Collect."""
        return (list(values.values()),)


class NeighbourTogether(Neighbour):
    """Takes a list whole and gives its items as one text (Easy-Use, KJNodes)."""

    INPUT_IS_LIST = True
    OUTPUT_NODE = True
    RETURN_TYPES = ("STRING",)

    @classmethod
    def INPUT_TYPES(cls) -> Any:
        """Take a list."""
        return {"required": {"values": (ANY,)}}

    def run(self, values: list[Any]) -> Any:
        """Publish how many there are, and of which types."""
        kinds = sorted({type(each).__name__ for each in values})
        text = f"{len(values)} {' '.join(kinds)}"
        return {"ui": {"text": [text]}, "result": (text,)}


class NeighbourShow(Neighbour):
    """Shows a value of any type as text (rgthree-comfy, Crystools, Easy-Use)."""

    OUTPUT_NODE = True
    RETURN_TYPES = ()

    @classmethod
    def INPUT_TYPES(cls) -> Any:
        """Take anything."""
        return {"required": {}, "optional": {"source": (ANY, {})}}

    def run(self, source: Any = None) -> Any:
        """Publish its text."""
        return {"ui": {"text": [str(source)]}}


class NeighbourClean(Neighbour):
    """Passes a value on and frees all models and caches (Easy-Use: Clean VRAM; KJNodes)."""

    OUTPUT_NODE = True

    @classmethod
    def INPUT_TYPES(cls) -> Any:
        """Take anything."""
        return {"required": {"anything": (ANY, {})}}

    def run(self, anything: Any) -> Any:
        """Free what can be freed now, and the rest after the prompt."""
        import comfy.model_management

        comfy.model_management.unload_all_models()
        comfy.model_management.soft_empty_cache(True)
        for flag in ("unload_models", "free_memory"):
            PromptServer.instance.prompt_queue.set_flag(flag, True)
        return (anything,)


class NeighbourOdd(Neighbour):
    """Declares its inputs in ways that ComfyUI tolerates (KJNodes, rgthree-comfy, old packs)."""

    RETURN_TYPES = ("INT",)

    @classmethod
    def INPUT_TYPES(cls) -> Any:
        """Leave out the comma of a tuple, and the settings."""
        required = {"text": ("STRING"), "mode": [["a", "b"]], "size": (["s", "l"],)}
        return {"required": required, "optional": AnyNames()}

    @classmethod
    def VALIDATE_INPUTS(cls, **_: Any) -> bool:
        """Take everything."""
        return True

    def run(self, **_: Any) -> Any:
        """Give one."""
        return (1,)


class NeighbourUnreadable(NeighbourOdd):
    """Declares its inputs to ComfyUI alone (a fault of another pack)."""

    @classmethod
    def INPUT_TYPES(cls) -> Any:
        """Raise an error for everyone but ComfyUI's own modules."""
        if inspect.stack()[1].frame.f_globals["__name__"].split(".")[0] not in CORE:
            raise RuntimeError("the list of models can't be read")
        return {"required": {}, "optional": AnyNames()}


CORE = {"execution", "server", "comfy_execution"}
