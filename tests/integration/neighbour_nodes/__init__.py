"""Nodes that behave as those of other packs do; each names the packs that it stands for.

They are V1 nodes, which a module can't mix with V3 ones. Nothing here is code of another pack.
"""

from .loops import NeighbourLoopEnd, NeighbourLoopStart
from .switches import (
    NeighbourChoice,
    NeighbourClean,
    NeighbourFirst,
    NeighbourIfElse,
    NeighbourList,
    NeighbourOdd,
    NeighbourShow,
    NeighbourTogether,
    NeighbourUnreadable,
)

NODE_CLASS_MAPPINGS = {
    each.__name__: each
    for each in (
        NeighbourChoice,
        NeighbourClean,
        NeighbourFirst,
        NeighbourIfElse,
        NeighbourList,
        NeighbourLoopEnd,
        NeighbourLoopStart,
        NeighbourOdd,
        NeighbourShow,
        NeighbourTogether,
        NeighbourUnreadable,
    )
}
