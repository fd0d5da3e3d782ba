"""The figures and tables of HeatFlow (Interpreting Neural Networks through the Lens of Heat Flow)."""

import math
from itertools import pairwise

import torch
from torch import Tensor

from ..draws import normal
from ..field import ScalarField
from ..heat import GaussianMixture, heatflow, interaction_strength
from ..plotting import GREY, PLAIN, array, bare, new_figure, signed_map
from .claims import Measured, mean_of
from .corrections import printed_gaussian_flow
from .registry import Setting, figure
from .run import Built
from .symbols import draw_sheet, symbol_sheet

TIMES = (0.1, 0.25, 0.5, 1.0, 2.0)
REACH = 4.0  # the pictures show [-REACH, REACH] in both directions


def toy(device: torch.device | str = "cpu") -> GaussianMixture:
    """The sum of two Gaussians in R^2. The paper does not print its parameters; these are ours."""
    like = {"dtype": torch.float64, "device": device}
    means = torch.tensor([[-1.0, 0.5], [1.2, -0.4]], **like)
    return GaussianMixture(means, torch.tensor([[0.5, 0.9], [0.8, 0.3]], **like))


def plane(size: int, device: torch.device | str = "cpu") -> Tensor:
    """The points of a square picture, row by row from the lowest: size^2 x 2."""
    axis = torch.linspace(-REACH, REACH, size, dtype=torch.float64, device=device)
    x2, x1 = torch.meshgrid(axis, axis, indexing="ij")
    return torch.stack([x1.flatten(), x2.flatten()], 1)


@figure("heatflow/fig1a")
def fig1a(setting: Setting) -> Built:
    """First row f and P_t f, then deviation and Laplacian, then the parts of both that belong to x1 and to x2."""
    mixture, size = toy(setting.device), 31 if setting.smoke else 121
    points = plane(size, setting.device)
    flow = mixture.heatflow(points, time=TIMES[-1])  # N x 2
    warm = [mixture.heat(t) for t in TIMES]
    second = [u.second_derivatives(points) for u in warm]
    first_column = [mixture(points), flow.sum(1), flow[:, 0], flow[:, 1]]
    columns = [[u(points), d.sum(1), d[:, 0], d[:, 1]] for u, d in zip(warm, second, strict=True)]
    arrows = [warm[-1].gradient(points) - mixture.gradient(points), *(u.gradient(points) for u in warm)]
    return Built(
        _draw_fig1a([first_column, *columns], [mixture.gradient(points), *arrows], size),
        {
            "heat equation": _heat_equation_error(mixture, points),
            "smoother": _energy_ratio(mixture, points, size),
            **_stein_against_closed_form(mixture, setting),
            "appendix A.3": _printed_ratio(),
        },
        alt="Four rows of pictures of the plane. First row: two Gaussian bumps melt into one flat hill as time grows. "
        "Second row: what was lost by t = 2, blue at the peaks and red around them, and the Laplacian at each time. "
        "Third and fourth rows: the parts of these along x1 and along x2, which add up to the second row.",
        notes=[
            "The paper does not print the toy's parameters: means (-1, 0.5) and (1.2, -0.4), variances (0.5, 0.9) and "
            "(0.8, 0.3), unit masses, and the times are ours.",
            "Arrows: the gradient of what the first row shows; below, its part along the row's direction.",
        ],
    )


def _draw_fig1a(columns: list[list[Tensor]], arrows: list[Tensor], size: int):
    page = new_figure(13.5, 9.2)
    grid = page.subplots(4, len(columns))
    titles = ["$f$", *(f"$P_t f$, t = {t:g}" for t in TIMES)]
    names = [
        (f"$P_T f - f$, T = {TIMES[-1]:g}", r"$\Delta P_t f$"),
        (r"HeatFlow$_1$", r"$\partial^2_1 P_t f$"),
        (r"HeatFlow$_2$", r"$\partial^2_2 P_t f$"),
    ]
    peak = max(float(column[0].max()) for column in columns)
    for k, column in enumerate(columns):
        field = arrows[0] if k == 0 else arrows[k + 1]
        scale = max(float(values.abs().max()) for values in column[1:])
        axes = grid[0, k]
        bare(axes)
        hill = axes.imshow(_image(column[0], size), vmin=0, vmax=peak, **_options(), cmap=PLAIN)
        axes.set_title(titles[k])
        _arrows(axes, field, size, "white")
        below = arrows[1] if k == 0 else field
        for row in (1, 2, 3):
            axes = grid[row, k]
            shown = signed_map(axes, _image(column[row], size), scale, **_options())
            axes.set_title(names[row - 1][0 if k == 0 else 1])
            mask = torch.tensor([row != 3, row != 2], dtype=below.dtype, device=below.device)
            _arrows(axes, below * mask, size, GREY)
        page.colorbar(shown, ax=grid[1:, k], location="bottom", fraction=0.04, label=f"±{scale:.2g}")
    page.colorbar(hill, ax=grid[0, :], fraction=0.02, label="value")
    return page


def _image(values: Tensor, size: int):
    return array(values.reshape(size, size))


def _options() -> dict:
    return {"origin": "lower", "extent": (-REACH, REACH, -REACH, REACH)}


def _arrows(axes, field: Tensor, size: int, color: str) -> None:
    step = max(1, size // 13)
    axis = array(torch.linspace(-REACH, REACH, size, dtype=torch.float64))[step // 2 :: step]
    grid = array(field.reshape(size, size, 2))[step // 2 :: step, step // 2 :: step]
    axes.quiver(axis, axis, grid[..., 0], grid[..., 1], color=color, width=0.006, alpha=0.8)


def _heat_equation_error(mixture: GaussianMixture, points: Tensor) -> Measured:
    errors = []
    for t in TIMES:
        slope = (mixture.heat(t * 1.001)(points) - mixture.heat(t * 0.999)(points)) / (0.002 * t)
        laplacian = mixture.heat(t).second_derivatives(points).sum(1)
        errors.append(float((slope - laplacian).abs().max() / laplacian.abs().max()))
    return Measured(max(errors))


def _energy_ratio(mixture: GaussianMixture, points: Tensor, size: int) -> Measured:
    energies = [float(mixture.heat(t).gradient(points).square().sum()) for t in (0.0, *TIMES)]
    return Measured(max(after / before for before, after in pairwise(energies)))


def _stein_against_closed_form(mixture: GaussianMixture, setting: Setting) -> dict[str, Measured]:
    """64 random points, each explained with several independent sets of draws."""
    runs, samples = (2, 128) if setting.smoke else (24, 2048)
    generator = setting.generator()
    points = 3 * normal((64, 2), generator, mixture.means)
    exact = mixture.heatflow(points, time=TIMES[-1])
    field, z, gaps = ScalarField(mixture, batch_size=8192), [], []
    for _ in range(runs):
        found = heatflow(field, points, time=TIMES[-1], samples=samples, generator=generator)
        z.append(((found.values - exact) / found.standard_error).abs())
        gaps.append((found.gap / found.gap_error).square().mean().sqrt())
    return {
        "efficiency": mean_of(gaps),
        "Stein": mean_of([(values <= 3).double().mean() for values in z]),
    }


def _printed_ratio() -> Measured:
    mixture, point, time = toy(), torch.tensor([[0.3, 0.1]], dtype=torch.float64), 0.7
    change = mixture.heat(time)(point) - mixture(point)
    return Measured(float(printed_gaussian_flow(mixture, point, time=time).sum() / change))


@figure("heatflow/fig1b")
def fig1b(setting: Setting) -> Built:
    """The residuals r_1 and r_2 at a large t, beside an additive function, for which they vanish."""
    time, size = 20.0, 31 if setting.smoke else 121
    mixture, points = toy(setting.device), plane(size, setting.device)
    residual = mixture.interaction_strength(points, time=time)  # N x 2
    additive = additive_toy(setting.device).interaction_strength(points, time=time)
    change = (mixture.heat(time).gradient(points) - mixture.gradient(points)).square()
    where = int(residual[:, 0].argmax())
    generator, field = setting.generator(), ScalarField(mixture, batch_size=8192)
    place, samples = points[where : where + 1], 64 if setting.smoke else 32768
    options = {"time": time, "features": [0], "samples": samples, "generator": generator}
    estimates = [interaction_strength(field, place, **options)[0, 0] for _ in range(8)]
    peak = float(residual.max())
    return Built(
        _draw_fig1b(residual, additive, size, time),
        {
            "additive control": Measured(float(additive.max()) / peak),
            "interaction found": Measured(float(residual[:, 0].max() / change[:, 0].max())),
            "one picture twice": Measured(float((residual[:, 0] - residual[:, 1]).abs().max()) / peak),
            "estimator": mean_of([estimate / residual[where, 0] for estimate in estimates]),
        },
        alt="Three pictures of the plane on one scale. The interaction strength of x1 and that of x2 are the same "
        "pattern of bright lobes around the two bumps; that of an additive function is dark everywhere.",
        notes=[
            "r_1 = r_2 in two dimensions: by Eq. 6 an entry of one is minus the other's entry in the same direction.",
            f"The toy's parameters are ours, as in heatflow/fig1a; t = {time:g}.",
        ],
    )


def additive_toy(device: torch.device | str = "cpu") -> GaussianMixture:
    """f_1(x1) + f_2(x2) with the toy's heights and widths: each term is flat in the other direction."""
    like = {"dtype": torch.float64, "device": device}
    flat = 1e8
    means = torch.tensor([[-1.0, 0.0], [1.2, 0.0], [0.0, 0.5], [0.0, -0.4]], **like)
    variances = torch.tensor([[0.5, flat], [0.8, flat], [flat, 0.9], [flat, 0.3]], **like)
    mixture = toy(device)
    heights = (2 * math.pi * mixture.variances.prod(1).sqrt()).reciprocal()
    return GaussianMixture(means, variances, heights.repeat(2) / 2, normalised=False)


def _draw_fig1b(residual: Tensor, additive: Tensor, size: int, time: float):
    page = new_figure(10, 3.4)
    grid = page.subplots(1, 3)
    panels = {
        r"$r_1$, two Gaussians": residual[:, 0],
        r"$r_2$, two Gaussians": residual[:, 1],
        r"$r_1$, an additive function": additive[:, 0],
    }
    peak = float(residual.max())
    for axes, (title, values) in zip(grid, panels.items(), strict=True):
        shown = axes.imshow(_image(values, size), vmin=0, vmax=peak, **_options(), cmap=PLAIN)
        axes.set_title(title)
        axes.set_xlabel("$x_1$")
    grid[0].set_ylabel("$x_2$")
    page.colorbar(shown, ax=grid, fraction=0.03, label=f"interaction strength at t = {time:g}")
    return page


@figure("heatflow/table1")
def table1(setting: Setting) -> Built:
    """The symbol sheet: each symbol's formula in polar and in Cartesian coordinates, both evaluated."""
    rows, adjoint, local_average = symbol_sheet(setting.device)
    differences = [float((row.local - row.cartesian).abs().max() / row.cartesian.abs().max()) for row in rows]
    return Built(
        draw_sheet(rows, adjoint),
        {
            "agreement": Measured(max(differences)),
            "adjoint": Measured(adjoint[0] / adjoint[1]),
            "Laplacian": Measured(local_average),
        },
        alt="A table of six symbols: metric, gradient, differential, divergence, codifferential and Laplacian, each "
        "with its formula and its value in polar and in Cartesian coordinates; the two values agree in every row.",
        notes=[
            "The paper leaves the codifferential's entry in local coordinates blank; it is filled in here.",
            "The printed divergence takes contravariant components F^i; with covariant ones g^ij has to be inserted.",
        ],
    )
