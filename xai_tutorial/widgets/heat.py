"""The explorer of chapter 5: the heat flow of a sum of Gaussians that the reader places."""

import ipywidgets as widgets
import torch

from ..heat import GaussianMixture
from .plane import DARK, LIGHT, Explorer, arrow_list, coloured, grid

REACH, PIXELS, ARROWS = 4.0, 48, 9
TITLES = ["P_t f and its gradient", "P_t f − f", "part of x1", "part of x2"]


class HeatExplorer(Explorer):
    """Time, up to three Gaussians (drag them, or choose one and use the sliders) and a probe with its attribution."""

    def __init__(self):
        self.bumps = [  # x1, x2, width along x1, width along x2, mass
            [-1.0, 0.5, 0.7, 0.95, 1.0],
            [1.2, -0.4, 0.9, 0.55, 1.0],
            [0.0, 2.2, 0.6, 0.6, 0.0],
        ]
        self._filling = False
        self.time = widgets.FloatLogSlider(
            0.25, base=10, min=-2, max=1, step=0.1, description="time t", continuous_update=False
        )
        self.choice = widgets.Dropdown(options=[("Gaussian A", 0), ("Gaussian B", 1), ("Gaussian C", 2)])
        self.sliders = [
            _slider("x1", -REACH, REACH),
            _slider("x2", -REACH, REACH),
            _slider("width 1", 0.3, 2.0),
            _slider("width 2", 0.3, 2.0),
            _slider("mass", -2.0, 2.0),
        ]
        self.probe = [_slider("probe x1", -REACH, REACH, 0.3), _slider("probe x2", -REACH, REACH, 0.1)]
        self._fill()
        self.choice.observe(lambda _: self._fill(), "value")
        for slider in self.sliders:
            slider.observe(lambda _: self._store(), "value")
        for slider in (self.time, *self.probe):
            slider.observe(lambda _: self._changed(), "value")
        super().__init__(
            widgets.HBox([self.time, *self.probe]),
            widgets.HBox([self.choice, *self.sliders[:2]]),
            widgets.HBox(self.sliders[2:]),
        )

    @property
    def mixture(self) -> GaussianMixture:
        rows = torch.tensor([bump for bump in self.bumps if bump[4] != 0] or [[0, 0, 1, 1, 0]], dtype=torch.float64)
        return GaussianMixture(rows[:, :2], rows[:, 2:4] ** 2, rows[:, 4])

    def _draw(self) -> tuple[dict, str]:
        probe = torch.tensor([[slider.value for slider in self.probe]], dtype=torch.float64)
        mixture, time = self.mixture, self.time.value
        points, sparse = grid(PIXELS, REACH), grid(ARROWS, REACH)
        warm = mixture.heat(time)
        flow = mixture.heatflow(torch.cat([points, probe]), time=time)
        here, flow = flow[-1], flow[:-1]
        change = float(warm(probe) - mixture(probe))
        value = warm(points)
        panels = [(value, bool((value < 0).any())), *((part, True) for part in (flow.sum(1), flow[:, 0], flow[:, 1]))]
        pictures, scales = zip(*(coloured(v.reshape(PIXELS, PIXELS), signed=s) for v, s in panels), strict=True)
        gradient = warm.gradient(sparse)
        bars = [float(here[0]), float(here[1]), float(here.sum()), change]
        words = (
            f"at ({probe[0, 0]:.2f}, {probe[0, 1]:.2f}), t = {time:.3g}: HeatFlow₁ = {bars[0]:.5f}, "
            f"HeatFlow₂ = {bars[1]:.5f}, sum = {bars[2]:.5f}; P_t f − f = {change:.5f}"
        )
        frame = {
            "size": PIXELS,
            "reach": REACH,
            "images": b"".join(pictures),
            "titles": TITLES,
            "scales": [f"{'±' if s else 'to '}{scale:.2g}" for scale, (_, s) in zip(scales, panels, strict=True)],
            "arrows": [arrow_list(sparse, gradient), [], [], []],
            "arrow_colour": DARK if panels[0][1] else LIGHT,
            "handles": [self._handle("", probe[0].tolist()), *(self._handle(n, b) for n, b in self._placed())],
            "bars": {
                "title": "at the probe",
                "values": bars,
                "labels": ["x1", "x2", "sum", "P_t f−f"],
                "scale": max(map(abs, bars)) or 1.0,
            },
            "alt": "Four pictures of the plane and a bar chart: " + words,
        }
        return frame, words

    def _placed(self) -> list[tuple[str, list[float]]]:
        return [(name, bump) for name, bump in zip("ABC", self.bumps, strict=True) if bump[4] != 0]

    @staticmethod
    def _handle(label: str, place: list[float]) -> dict:
        return {"label": label, "x": place[0], "y": place[1]}

    def _fill(self) -> None:
        """Show the chosen Gaussian in the sliders."""
        self._set(self.sliders, self.bumps[self.choice.value])

    def _store(self) -> None:
        """Take the sliders as the chosen Gaussian."""
        if not self._filling:
            self.bumps[self.choice.value] = [slider.value for slider in self.sliders]
            self.update()

    def _changed(self) -> None:
        if not self._filling:
            self.update()

    def _set(self, sliders, values) -> None:
        self._filling = True
        for slider, value in zip(sliders, values, strict=True):
            slider.value = value
        self._filling = False

    def _moved(self, handle: int, x: float, y: float) -> None:
        """A handle was let go at (x, y): the probe (0), or a Gaussian, which is then the chosen one."""
        if handle == 0:
            self._set(self.probe, (x, y))
        else:
            name, bump = self._placed()[handle - 1]
            bump[:2] = [round(x, 2), round(y, 2)]
            self.choice.value = "ABC".index(name)
            self._fill()
        self.update()


def _slider(name: str, low: float, high: float, value: float = 0.0) -> widgets.FloatSlider:
    start = min(max(value, low), high)
    return widgets.FloatSlider(start, min=low, max=high, step=0.05, description=name, continuous_update=False)
