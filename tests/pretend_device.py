"""A pretend device: tensors that claim to be on a GPU, for tests on machines without one.

A `PretendTensor` computes on the CPU, but torch takes it for a tensor of another device. Like a
real device, it refuses an operation that mixes devices. It counts what makes a real device slow:
the operations, the bytes that are sent to it and read from it, and the times at which the program
waits for it. As Apple's MPS it also refuses double precision and the adaptive pooling that MPS
doesn't have.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten, tree_map_only, tree_unflatten

from anime_production.models.workers import WORKERS

aten = torch.ops.aten
# Device of the tensors within torch. It is always this one, because only for CUDA torch can be told
# to work without the device.
REGISTERED = torch.device("cuda", 0)
DOUBLES = (torch.float64, torch.complex128)

# Operations that only make a view of their input, besides those that torch's schemas declare.
VIEWS = {aten._unsafe_view, aten.lift_fresh, aten._reshape_alias}
# Operations that copy between devices, or make a tensor of a device from one of another.
COPIES = {aten._to_copy, aten.copy_}
# Operations whose result has a size that only the values tell, so that the program waits for them.
WAITS = {
    *(aten.nonzero, aten.masked_select, aten._unique2, aten.unique_dim, aten.unique_consecutive),
    *(aten.equal, aten.bincount, aten._local_scalar_dense, aten.repeat_interleave),
}
INDEXING = {aten.index, aten.index_put, aten.index_put_}
POOLING = {aten._adaptive_avg_pool2d, aten.adaptive_avg_pool2d}


@dataclass
class Counts:
    """Counts of one run on the pretend device.

    Attributes:
        operations: operations that a GPU would launch at least one kernel for; views aren't.
        waits: times at which the program waits for the device: for a value, for a copy to the CPU,
            or for a result whose size depends on values.
        sent: bytes copied to the device.
        read: bytes copied from the device.
        uploads: number of copies to the device.
    """

    operations: int = 0
    waits: int = 0
    sent: int = 0
    read: int = 0
    uploads: int = 0


class PretendTensor(torch.Tensor):
    """Tensor that claims to be on the pretend device; its values lie in `plain`, on the CPU."""

    plain: torch.Tensor
    owner: "PretendDevice"

    @staticmethod
    def __new__(cls, plain: torch.Tensor, owner: "PretendDevice") -> "PretendTensor":
        tensor = torch.Tensor._make_wrapper_subclass(
            cls,
            plain.shape,
            strides=plain.stride(),
            storage_offset=plain.storage_offset(),
            dtype=plain.dtype,
            layout=plain.layout,
            device=REGISTERED,
            requires_grad=False,
        )
        tensor.plain, tensor.owner = plain, owner
        return tensor

    @property
    def device(self) -> torch.device:  # type: ignore[override]
        """Device that the tensor claims to be on."""
        return self.owner.device

    def tolist(self) -> Any:  # torch has none for classes like this one
        """Return the values as lists and numbers."""
        return self.cpu().tolist()

    def __repr__(self) -> str:  # type: ignore[override]
        return f"PretendTensor({self.plain!r})"

    @classmethod
    def __torch_dispatch__(  # type: ignore[override]
        cls, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        leaves, _ = tree_flatten((args, kwargs or {}))
        owner = next(leaf.owner for leaf in leaves if isinstance(leaf, PretendTensor))
        return owner.run(func, args, kwargs or {})


class PretendDevice(TorchDispatchMode):
    """A device that isn't there; while it is entered, tensors can be made on it and sent to it.

    Attributes:
        device: device that its tensors claim to be on.
        counts: counts since the last `reset`.
    """

    def __init__(self, kind: str = "cuda") -> None:
        """Make a device of a kind: `cuda`, or `mps`, which refuses what Apple's MPS refuses."""
        super().__init__()
        self.device = torch.device(kind, 0)
        self.is_mps = kind == "mps"
        self.counts = Counts()

    def reset(self) -> None:
        """Begin to count anew."""
        self.counts = Counts()

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        return self.run(func, args, kwargs or {})

    def run(self, func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
        """Run an operation of torch on the plain tensors, check it and count it."""
        leaves, _ = tree_flatten((args, kwargs))
        tensors = [leaf for leaf in leaves if isinstance(leaf, torch.Tensor)]
        pretended = [leaf for leaf in tensors if isinstance(leaf, PretendTensor)]
        target = kwargs.get("device")
        is_here = bool(pretended) if target is None else self._is_own(torch.device(target))
        if not pretended and not is_here:
            return func(*args, **kwargs)
        packet = func._overloadpacket
        if packet in COPIES:
            return self._copy(func, args, kwargs, is_here)
        self._refuse_mixed(func, packet, tensors, pretended)
        self._refuse_unsupported(packet, args)
        self._count(func, packet, tensors)
        plain_args, plain_kwargs = self._without_claim((args, kwargs))
        if target is not None:
            plain_kwargs["device"] = torch.device("cpu")
        result = func(*plain_args, **plain_kwargs)
        return self._wrapped(func, result, args, kwargs)

    def _is_own(self, device: torch.device) -> bool:
        return device.type in (self.device.type, REGISTERED.type)

    @staticmethod
    def _without_claim(values: Any) -> Any:
        return tree_map_only(PretendTensor, lambda each: each.plain, values)

    def _wrapped(self, func: Any, result: Any, args: Any, kwargs: dict[str, Any]) -> Any:
        """Return a result on this device; what was changed in place is returned itself."""
        arguments = enumerate(func._schema.arguments)
        changed = [
            kwargs.get(argument.name) if argument.kwarg_only else args[position]
            for position, argument in arguments
            if argument.alias_info is not None and argument.alias_info.is_write
        ]
        changed = [each for each in changed if isinstance(each, PretendTensor)]
        if len(changed) == 1 and isinstance(result, torch.Tensor):
            return changed[0]
        leaves, form = tree_flatten(result)
        wrapped = [self.wrap(leaf) if isinstance(leaf, torch.Tensor) else leaf for leaf in leaves]
        return tree_unflatten(wrapped, form)

    def wrap(self, tensor: torch.Tensor) -> PretendTensor:
        """Return a tensor of the CPU as one of this device, without a count."""
        if self.is_mps and tensor.dtype in DOUBLES:
            raise TypeError("The pretend MPS device has no double precision.")
        return PretendTensor(tensor, self)

    def _copy(self, func: Any, args: Any, kwargs: dict[str, Any], is_here: bool) -> Any:
        (plain_args, plain_kwargs) = self._without_claim((args, kwargs))
        if func._overloadpacket is aten.copy_:
            into, source = args[:2]
            func(*plain_args, **plain_kwargs)
            was_here, is_here = (isinstance(each, PretendTensor) for each in (source, into))
            self._count_copy(source, was_here, is_here)
            return into
        if "device" in plain_kwargs:
            plain_kwargs["device"] = torch.device("cpu")
        source = args[0]
        result = func(*plain_args, **plain_kwargs)
        if isinstance(source, PretendTensor) and is_here and result.dtype is source.dtype:
            same_layout = kwargs.get("memory_format") in (None, torch.preserve_format)
            if same_layout and not kwargs.get("copy"):
                return source.detach()
        self._count_copy(source, isinstance(source, PretendTensor), is_here)
        return self.wrap(result) if is_here else result

    def _count_copy(self, source: torch.Tensor, was_here: bool, is_here: bool) -> None:
        size = source.numel() * source.element_size()
        if was_here and is_here:
            self.counts.operations += 1
        elif is_here:
            self.counts.uploads += 1
            self.counts.sent += size
        else:
            self.counts.waits += 1
            self.counts.read += size

    def _refuse_mixed(
        self, func: Any, packet: Any, tensors: list[Any], pretended: list[Any]
    ) -> None:
        foreign = [each for each in tensors if not isinstance(each, PretendTensor)]
        if packet in INDEXING and isinstance(tensors[0], PretendTensor):
            # Indices on the CPU are allowed, and are copied to the device.
            for each in foreign:
                if each.ndim:
                    self._count_copy(each, False, True)
            return
        if pretended and any(each.ndim for each in foreign):
            raise RuntimeError(f"{func} mixes tensors of the CPU and of {self.device}.")

    def _refuse_unsupported(self, packet: Any, args: Any) -> None:
        if self.is_mps and packet in POOLING:
            sides = zip(args[0].shape[-2:], args[1], strict=True)
            if any(side % size for side, size in sides):
                raise RuntimeError("Adaptive pool MPS: input sizes must divide by output sizes.")

    def _count(self, func: Any, packet: Any, tensors: list[Any]) -> None:
        is_view = packet in VIEWS or any(
            argument.alias_info is not None and not argument.alias_info.is_write
            for argument in func._schema.arguments
        )
        if not is_view:
            self.counts.operations += 1
        # A mask as an index makes the program wait for the number of its pixels, except where one
        # value is written, which torch does without the number.
        is_masked = packet in INDEXING and any(
            each.dtype in (torch.bool, torch.uint8) for each in tensors[1:]
        )
        is_fill = packet in INDEXING - {aten.index} and tensors[-1].numel() == 1
        if packet in WAITS or (is_masked and not is_fill):
            self.counts.waits += 1


@cache
def _device_of(kind: str) -> PretendDevice:
    """Return the only device of a kind: what the pack caches on it stays usable."""
    return PretendDevice(kind)


@contextmanager
def pretend_device(kind: str = "cuda") -> Iterator[PretendDevice]:
    """Enter a pretend device of a kind, with all counts at 0; see `PretendDevice`."""
    device = _device_of(kind)
    device.reset()
    torch._C._ensureCUDADeviceGuardSet()
    lazy_init: Callable[[], None] = torch.cuda._lazy_init
    lift_alone = torch._C._only_lift_cpu_tensors()
    overwrite = torch.__future__.get_overwrite_module_params_on_conversion()
    # Other threads don't have the device, so the pack's pool computes in the thread of the caller.
    threads, WORKERS.count = WORKERS.count, 1
    torch.cuda._lazy_init = lambda: None
    torch._C._set_only_lift_cpu_tensors(True)
    torch.__future__.set_overwrite_module_params_on_conversion(True)
    try:
        with device, torch.no_grad():
            yield device
    finally:
        WORKERS.count = threads
        torch.__future__.set_overwrite_module_params_on_conversion(overwrite)
        torch.cuda._lazy_init = lazy_init
        torch._C._set_only_lift_cpu_tensors(lift_alone)
