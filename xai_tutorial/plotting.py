"""How everything is drawn: one set of colours, signed maps on a stated symmetric scale, pictures with a text beside.

Figures are made without pyplot, so that nothing here touches a global state or a notebook's backend.
"""

import base64
import html
import io
from pathlib import Path

import numpy as np
import torch
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

SIGNED = "RdBu_r"  # red adds, blue takes away; told apart by colour-blind readers
PLAIN = "viridis"
BLUE, ORANGE, GREEN, RED, GREY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#6E6E6E"  # Okabe and Ito
STYLE = {
    "font.size": 9,
    "axes.titlesize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.hashsalt": "xai_tutorial",
    "svg.fonttype": "none",
}


def new_figure(width: float, height: float) -> Figure:
    with rc_context(STYLE):
        return Figure(figsize=(width, height), layout="constrained")


def save(figure: Figure, file: Path) -> None:
    """Write a PNG or SVG that is the same bytes for the same picture."""
    metadata = {"Date": None} if file.suffix == ".svg" else {"Software": None}
    with rc_context(STYLE):
        figure.savefig(file, dpi=130, metadata=metadata)


def png(figure: Figure) -> bytes:
    """A picture for a page; 80 dots per inch, because notebooks have to stay small."""
    buffer = io.BytesIO()
    with rc_context(STYLE):
        figure.savefig(buffer, format="png", dpi=80, metadata={"Software": None})
    return buffer.getvalue()


def as_html(figure: Figure, *, alt: str) -> str:
    """An image with its alternative text, for a notebook or a page."""
    data = base64.b64encode(png(figure)).decode()
    return f'<img alt="{html.escape(alt)}" style="max-width:100%" src="data:image/png;base64,{data}">'


class Picture:
    """A figure that a notebook shows with its alternative text."""

    def __init__(self, figure: Figure, *, alt: str):
        self.figure, self.alt = figure, alt

    def _repr_html_(self) -> str:
        return as_html(self.figure, alt=self.alt)

    def __repr__(self) -> str:
        return f"Picture: {self.alt}"


def array(tensor: Tensor) -> np.ndarray:
    return tensor.detach().to("cpu", torch.float64).numpy()


def signed_map(axes: Axes, values: np.ndarray, scale: float, **options):
    """Red above 0, blue below, white at 0, from -scale to +scale; an all-zero map is white."""
    limit = scale if scale > 0 else 1.0
    bare(axes)
    return axes.imshow(values, cmap=SIGNED, vmin=-limit, vmax=limit, **options)


def bare(axes: Axes) -> None:
    axes.set_xticks([])
    axes.set_yticks([])


def draw_attribution(attribution, *, items: int = 6, names: list[str] | None = None) -> Picture:
    """Each item in a row: the input, then its map at each time, all on one scale, with sum, total and cost."""
    maps = attribution.values if attribution.times else attribution.values[None]  # K x B x ...
    image = attribution.inputs.dim() in (3, 4)
    shown = min(items, len(attribution.inputs))
    scale = float(maps[:, :shown].abs().max())
    rows, columns = shown, len(maps) + (1 if image else 0)
    figure = new_figure(max(4.2, 1.7 * columns), 2.1 * rows + 0.6)
    grid = figure.subplots(rows, columns, squeeze=False)
    for row in range(shown):
        if image:
            _draw_input(grid[row, 0], attribution.inputs[row])
        for k, axes in enumerate(grid[row, 1:] if image else grid[row]):
            if image:
                shown_map = signed_map(axes, array(_flat_image(maps[k, row], sum_channels=True)), scale)
            else:
                _draw_bars(axes, maps[k, row].flatten(), scale, names)
            axes.set_title(_caption(attribution, k, row))
    if image:
        figure.colorbar(shown_map, ax=grid[:, 1:], fraction=0.03, label=f"±{scale:.3g}, one scale for all maps")
    promise = "" if attribution.total is None else f", total = {attribution.total_name}"
    more = f"; {shown} of {len(attribution.inputs)} items" if shown < len(attribution.inputs) else ""
    figure.suptitle(f"{attribution.method}{promise}{more}\n{attribution.cost}", fontsize=9)
    return Picture(figure, alt=attribution.describe())


def _draw_input(axes: Axes, item: Tensor) -> None:
    pixels = array(_flat_image(item, sum_channels=False))
    axes.imshow(pixels, **({"cmap": "gray"} if pixels.ndim == 2 else {}))
    axes.set_title("input")
    bare(axes)


def _flat_image(item: Tensor, *, sum_channels: bool) -> Tensor:
    """C x H x W (or H x W) as H x W, channels added up, or as H x W x 3 for a coloured input."""
    if item.dim() == 2:
        return item
    if sum_channels or item.shape[0] == 1:
        return item.sum(0)
    return item.movedim(0, -1).clamp(0, 1)


def _draw_bars(axes: Axes, values: Tensor, scale: float, names: list[str] | None) -> None:
    heights = array(values)
    axes.bar(range(len(heights)), heights, color=[RED if height >= 0 else BLUE for height in heights])
    axes.axhline(0, color=GREY, linewidth=0.8)
    axes.set_ylim(-1.1 * scale or -1, 1.1 * scale or 1)
    axes.set_xticks(range(len(heights)), names or [f"x{i + 1}" for i in range(len(heights))])


def _caption(attribution, k: int, row: int) -> str:
    def at(tensor: Tensor) -> float:
        return float(tensor[k, row] if attribution.times else tensor[row])

    lines = [f"t = {attribution.times[k]:g}"] if attribution.times else []
    if attribution.total is None:
        return "\n".join([*lines, "promises no sum"])
    error = f" ± {at(attribution.gap_error):.2g}" if attribution.gap_error is not None else ""
    lines += [f"sum {at(attribution.sum):.3g}", f"total {at(attribution.total):.3g}{error}"]
    return "\n".join(lines)
