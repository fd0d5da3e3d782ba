"""The picture that explorers of the plane share: panels with arrows and handles to drag, and a bar chart."""

import html
from collections.abc import Callable
from pathlib import Path

import anywidget
import ipywidgets as widgets
import numpy as np
import torch
import traitlets
from matplotlib import colormaps
from torch import Tensor

from ..plotting import PLAIN, SIGNED, array

LIGHT, DARK = "rgba(255,255,255,.85)", "rgba(70,70,70,.8)"  # arrows on a dark or on a pale picture


class Plane(anywidget.AnyWidget):
    """Shows `frame`; calls `on_move(handle, x, y)` when the reader lets go of a handle."""

    _esm = Path(__file__).with_name("plane.js")
    frame = traitlets.Dict().tag(sync=True)

    def __init__(self, on_move: Callable[[int, float, float], None]):
        super().__init__()
        self.on_msg(lambda _, message, __: on_move(message["handle"], message["x"], message["y"]))


class Explorer(widgets.VBox):
    """Rows of controls, a picture and a line of numbers. A kind of explorer brings `_draw` and `_moved`."""

    def __init__(self, *rows: widgets.Widget):
        self.plane = Plane(self._moved)
        self.readout = widgets.HTML(layout=widgets.Layout(height="52px"))
        self.number = 0
        super().__init__([*rows, self.plane, self.readout])
        self.update()

    def update(self) -> None:
        """Ask the library for the new frame; what goes wrong is shown in place of the numbers."""
        try:
            frame, words = self._draw()
        except Exception as error:
            self.readout.value = f"<b>{type(error).__name__}</b>: {html.escape(str(error))}"
            raise
        self.number += 1
        self.plane.frame = frame | {"number": self.number}
        self.readout.value = words


def coloured(values: Tensor, *, signed: bool) -> tuple[bytes, float]:
    """n x n values (the lowest row first) as the bytes of an RGBA picture (the highest row first), and their scale."""
    numbers = array(values)[::-1]
    scale = float(np.abs(numbers).max()) or 1.0
    unit = (numbers / scale + 1) / 2 if signed else numbers.clip(0) / scale
    return colormaps[SIGNED if signed else PLAIN](unit, bytes=True).tobytes(), scale


def arrow_list(points: Tensor, field: Tensor, *, longest: float = 18.0) -> list[list[float]]:
    """Rows x, y, u, v with u, v in pixels, the longest of them `longest`."""
    scale = float(field.norm(dim=1).max()) or 1.0
    return np.concatenate([array(points), array(field) * (longest / scale)], 1).round(3).tolist()


def grid(size: int, reach: float) -> Tensor:
    """The centres of size x size cells of [-reach, reach]^2, the lowest row first: size^2 x 2."""
    axis = (torch.arange(size, dtype=torch.float64) + 0.5) * (2 * reach / size) - reach
    x2, x1 = torch.meshgrid(axis, axis, indexing="ij")
    return torch.stack([x1.flatten(), x2.flatten()], 1)
