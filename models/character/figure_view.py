"""View of a figure: a part of a frame around it, reduced for the cut."""

import numpy as np
import torch

from ..image_ops.bytes import as_bytes
from .cut_out import CUT_PIXELS, reduced
from .detection import Box
from .figure import Figures, figures_in_masks


class FigureView:
    """A part of a frame around a figure, reduced for the cut.

    Attributes:
        picture: RGB, uint8, shape (height, width, 3).
        is_at_border: True for top, bottom, left and right where the view ends at the frame's own
            border.
    """

    def __init__(self, frame: torch.Tensor, rows: slice, columns: slice) -> None:
        """Crop and reduce the view.

        Args:
            frame: RGB in 0–1, shape (height, width, 3).
            rows: first and last row; what lies beyond the frame is left out.
            columns: first and last column, likewise.
        """
        self._size = frame.shape[:2]
        height, width = self._size
        self._rows = slice(max(rows.start, 0), min(rows.stop, height))
        self._columns = slice(max(columns.start, 0), min(columns.stop, width))
        self._fine = reduced(frame[None, self._rows, self._columns], CUT_PIXELS)
        self.picture = as_bytes(self._fine)[0]
        self.is_at_border = (
            self._rows.start == 0,
            self._rows.stop == height,
            self._columns.start == 0,
            self._columns.stop == width,
        )

    def reduced_mask(self, inside: torch.Tensor) -> np.ndarray:
        """Return a mask of the frame, shape (height, width), in the pixels of the view."""
        crop = inside[None, self._rows, self._columns, None].float()
        return reduced(crop, CUT_PIXELS)[0, ..., 0].cpu().numpy() > 0.5

    def figure(self, mask: np.ndarray) -> Figures:
        """Return the figure with a mask in the pixels of the view, a batch of one."""
        certain = torch.ones(1, device=self._fine.device)
        masks = torch.from_numpy(mask)[None].to(self._fine.device)
        return figures_in_masks(self._fine, masks, certain, certain.bool())

    def to_view(self, box: Box) -> Box:
        """Return a box of the frame as shares of the view; it may reach beyond the view."""
        height, width = self._size
        rows, columns = self._rows, self._columns
        return Box(
            (box.left * width - columns.start) / (columns.stop - columns.start),
            (box.top * height - rows.start) / (rows.stop - rows.start),
            (box.right * width - columns.start) / (columns.stop - columns.start),
            (box.bottom * height - rows.start) / (rows.stop - rows.start),
        )

    def to_frame(self, box: Box) -> Box:
        """Return a box of the view as shares of the frame."""
        height, width = self._size
        rows, columns = self._rows, self._columns
        return Box(
            (columns.start + box.left * (columns.stop - columns.start)) / width,
            (rows.start + box.top * (rows.stop - rows.start)) / height,
            (columns.start + box.right * (columns.stop - columns.start)) / width,
            (rows.start + box.bottom * (rows.stop - rows.start)) / height,
        )
