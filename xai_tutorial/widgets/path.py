"""The explorer of chapter 2: bend a path in the plane and watch the shares change while their sum does not."""

from collections.abc import Callable

import ipywidgets as widgets
import torch
from torch import Tensor

from ..field import ScalarField
from ..paths import BezierPath, integrate
from .plane import DARK, Explorer, arrow_list, coloured, grid

REACH, PIXELS, ARROWS = 2.0, 48, 9
FUNCTIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "x1² x2": lambda x: x[:, 0] ** 2 * x[:, 1],
    "x1 + 2 x2 (linear)": lambda x: x[:, 0] + 2 * x[:, 1],
    "sin(2 x1) cos(2 x2)": lambda x: (2 * x[:, 0]).sin() * (2 * x[:, 1]).cos(),
    "a step: sigmoid of 6 (x1 + x2)": lambda x: (6 * (x[:, 0] + x[:, 1])).sigmoid(),
}
NAMES = ("", "T", "1", "2")  # the start, the end, and the two points that bend the path


class PathExplorer(Explorer):
    """A path from the orange point to T that the points 1 and 2 bend, over f and over its two partial derivatives."""

    def __init__(self):
        self.places = [[-1.0, -1.0], [1.0, 1.0], [-0.3, -0.3], [0.3, 0.3]]
        self.function = widgets.Dropdown(options=list(FUNCTIONS), description="f")
        self.bend = widgets.FloatSlider(0.0, min=-2.0, max=2.0, step=0.1, description="bend", continuous_update=False)
        self.function.observe(lambda _: self.update(), "value")
        self.bend.observe(lambda _: self._bent(), "value")
        super().__init__(widgets.HBox([self.function, self.bend]))

    @property
    def path(self) -> BezierPath:
        start, end, first, second = (torch.tensor([place], dtype=torch.float64) for place in self.places)
        return BezierPath(start, first, second, end)

    def _draw(self) -> tuple[dict, str]:
        field, path = ScalarField(FUNCTIONS[self.function.value], batch_size=8192), self.path
        points, sparse = grid(PIXELS, REACH), grid(ARROWS, REACH)
        found = integrate(field, path, steps=64)
        value, slope = field.value_and_gradient(points)
        panels = [value, slope[:, 0], slope[:, 1]]
        pictures, scales = zip(*(coloured(v.reshape(PIXELS, PIXELS), signed=True) for v in panels), strict=True)
        line = path.at(torch.linspace(0, 1, 60, dtype=torch.float64))[0][:, 0]
        bars = [*found.values[0].tolist(), float(found.sum), float(found.total)]
        words = (
            f"a₁ = {bars[0]:.5f}, a₂ = {bars[1]:.5f}, sum = {bars[2]:.5f}; "
            f"f(T) − f(S) = {bars[3]:.5f} with {found.evaluations} gradients"
        )
        frame = {
            "size": PIXELS,
            "reach": REACH,
            "images": b"".join(pictures),
            "titles": ["f and its gradient", "∂f/∂x1", "∂f/∂x2"],
            "scales": [f"±{scale:.2g}" for scale in scales],
            "arrows": [arrow_list(sparse, field.gradient(sparse)), [], []],
            "arrow_colour": DARK,
            "lines": [line.round(decimals=3).tolist()],
            "handles": [{"label": n, "x": p[0], "y": p[1]} for n, p in zip(NAMES, self.places, strict=True)],
            "bars": {
                "title": "shares",
                "values": bars,
                "labels": ["x1", "x2", "sum", "total"],
                "scale": max(map(abs, bars)) or 1.0,
            },
            "alt": "Three pictures of the plane with a path, and a bar chart: " + words,
        }
        return frame, words

    def _bent(self) -> None:
        """The slider moves both points away from the straight line, at right angles to it."""
        (x0, y0), (x1, y1) = self.places[:2]
        across = (-(y1 - y0) / 2, (x1 - x0) / 2)
        for k, part in ((2, 1 / 3), (3, 2 / 3)):
            self.places[k] = [
                x0 + part * (x1 - x0) + self.bend.value * across[0],
                y0 + part * (y1 - y0) + self.bend.value * across[1],
            ]
        self.update()

    def _moved(self, handle: int, x: float, y: float) -> None:
        self.places[handle] = [round(x, 2), round(y, 2)]
        self.update()
