"""The symbols of heatflow's Table 1, each computed in polar and in Cartesian coordinates of the same plane.

One function f, one vector field X and one point; derivatives by torch.func, so that nothing is hard-coded.
"""

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.func import grad, jacrev

from ..plotting import new_figure


@dataclass(frozen=True)
class Row:
    """A symbol; `local` and `cartesian` are its values, brought into the same (Cartesian) components."""

    symbol: str
    local_formula: str
    cartesian_formula: str
    meaning: str
    local: Tensor
    cartesian: Tensor


def to_plane(p: Tensor) -> Tensor:
    """Polar coordinates (r, angle) to the plane."""
    return torch.stack([p[0] * p[1].cos(), p[0] * p[1].sin()])


def f(x: Tensor) -> Tensor:
    return (-0.5 * ((x[0] - 0.5) ** 2 + 2 * x[1] ** 2)).exp()


def X(x: Tensor) -> Tensor:
    """A vector field in Cartesian components, which decays so that integrals over the plane exist."""
    return torch.stack([x[0] * x[1] + 1, x[0] - 0.3 * x[1] ** 2]) * (-0.5 * x.square().sum()).exp()


def metric(p: Tensor) -> Tensor:
    """g_ij = <e_i, e_j> with e_i the derivative of the position along coordinate i."""
    basis = jacrev(to_plane)(p)
    return basis.T @ basis


def volume(p: Tensor) -> Tensor:
    return metric(p).det().sqrt()


def f_polar(p: Tensor) -> Tensor:
    return f(to_plane(p))


def X_polar(p: Tensor) -> Tensor:
    """The contravariant components X^i along the basis e_i."""
    return torch.linalg.solve(jacrev(to_plane)(p), X(to_plane(p)))


def gradient_polar(p: Tensor) -> Tensor:
    """g^ij d_j f."""
    return torch.linalg.solve(metric(p), grad(f_polar)(p))


def divergence_polar(components, p: Tensor) -> Tensor:
    """(1 / sqrt g) d_i (sqrt g X^i) for contravariant components."""
    return jacrev(lambda q: volume(q) * components(q))(p).trace() / volume(p)


def codifferential_polar(p: Tensor) -> Tensor:
    """d* theta = -(1 / sqrt g) d_i (sqrt g g^ij theta_j) of the 1-form theta_j = g_jk X^k, from its components."""

    def raised(q: Tensor) -> Tensor:
        theta = metric(q) @ X_polar(q)
        return torch.linalg.solve(metric(q), theta)

    return -divergence_polar(raised, p)


def symbol_sheet(device: torch.device | str = "cpu") -> tuple[list[Row], tuple[float, float], float]:
    """The rows, both sides of the adjointness <<f, d* theta>> = <<df, theta>>, and the local average's ratio."""
    p = torch.tensor([1.3, 0.6], dtype=torch.float64, device=device)
    x, basis = to_plane(p), jacrev(to_plane)(p)
    divergence = jacrev(X)(x).trace()
    laplacian = jacrev(grad(f))(x).trace()
    rows = [
        Row(
            "metric tensor  g",
            r"$g_{ij} = \langle e_i, e_j\rangle$",
            r"$\delta_{ij}$",
            "how lengths and angles are measured",
            torch.linalg.inv(basis).T @ metric(p) @ torch.linalg.inv(basis),
            torch.eye(2, dtype=p.dtype, device=device),
        ),
        Row(
            "gradient  grad f",
            r"$g^{ij}\,\partial_j f\; e_i$",
            r"$\partial_i f\; e_i$",
            "the vector of fastest increase",
            basis @ gradient_polar(p),
            grad(f)(x),
        ),
        Row(
            "differential  df(X)",
            r"$\partial_i f\; X^i$",
            r"$\partial_i f\; X_i$",
            "the change of f along X",
            (grad(f_polar)(p) @ X_polar(p))[None],
            (grad(f)(x) @ X(x))[None],
        ),
        Row(
            "divergence  div X",
            r"$\frac{1}{\sqrt{g}}\,\partial_i(\sqrt{g}\,X^i)$",
            r"$\partial_i X_i$",
            "outflow of X per unit volume",
            divergence_polar(X_polar, p)[None],
            divergence[None],
        ),
        Row(
            r"codifferential  d*$\theta$",
            r"$-\frac{1}{\sqrt{g}}\,\partial_i(\sqrt{g}\,g^{ij}\theta_j)$",
            r"$-\partial_i \theta_i$",
            "minus the divergence; adjoint to d",
            codifferential_polar(p)[None],
            -divergence[None],
        ),
        Row(
            r"Laplacian  $\Delta f$",
            r"$\frac{1}{\sqrt{g}}\,\partial_i(\sqrt{g}\,g^{ij}\,\partial_j f)$",
            r"$\partial_i \partial_i f$",
            "deviation of the local average from f",
            divergence_polar(gradient_polar, p)[None],
            laplacian[None],
        ),
    ]
    return rows, _adjoint(device), float(_local_average(x) / laplacian)


def _adjoint(device) -> tuple[float, float]:
    """<<f, d* theta>> and <<df, theta>> in polar coordinates, volume element and all, by Gauss-Legendre."""
    points, weights = (
        torch.tensor(a, dtype=torch.float64, device=device) for a in np.polynomial.legendre.leggauss(200)
    )
    r, angle = 5 * (points + 1), math.pi * (points + 1)
    grid = torch.cartesian_prod(r, angle)  # N x 2
    weight = torch.cartesian_prod(5 * weights, math.pi * weights).prod(1)

    def left(p: Tensor) -> Tensor:
        return f_polar(p) * codifferential_polar(p) * volume(p)

    def right(p: Tensor) -> Tensor:
        return grad(f_polar)(p) @ X_polar(p) * volume(p)

    return tuple(float((torch.func.vmap(side)(grid) * weight).sum()) for side in (left, right))


def _local_average(x: Tensor, radius: float = 0.02) -> Tensor:
    """(mean of f over a small circle - f) 4 / radius^2, which tends to the Laplacian in the plane."""
    angles = torch.arange(16, dtype=x.dtype, device=x.device) * (math.pi / 8)
    around = x + radius * torch.stack([angles.cos(), angles.sin()], 1)
    return (torch.func.vmap(f)(around).mean() - f(x)) * 4 / radius**2


def draw_sheet(rows: list[Row], adjoint: tuple[float, float]):
    page = new_figure(12.5, 0.5 * (len(rows) + 2))
    axes = page.subplots()
    axes.axis("off")
    head = ["symbol", "local coordinates", "Cartesian", "in words", "polar, here", "Cartesian, here"]
    text = [
        [r.symbol, r.local_formula, r.cartesian_formula, r.meaning, _numbers(r.local), _numbers(r.cartesian)]
        for r in rows
    ]
    widths = [0.14, 0.19, 0.1, 0.24, 0.165, 0.165]
    table = axes.table(text, colLabels=head, loc="center", cellLoc="left", colLoc="left", colWidths=widths)
    table.auto_set_font_size(False)
    table.set_fontsize(9)
    table.scale(1, 2.3)
    for (row, _), cell in table.get_celld().items():
        cell.set_linewidth(0)
        cell.set_facecolor("#E8EEF4" if row == 0 else ("#F7F7F7" if row % 2 else "white"))
    axes.set_title(
        f"One function, one vector field, one point. Adjointness over the plane: "
        f"$\\langle\\langle f, d^*\\theta\\rangle\\rangle$ = {adjoint[0]:.6f}, "
        f"$\\langle\\langle df, \\theta\\rangle\\rangle$ = {adjoint[1]:.6f}"
    )
    return page


def _numbers(values: Tensor) -> str:
    """Rounded, without the sign of a zero."""
    rounded = [[round(v, 6) + 0.0 for v in row] for row in values.reshape(-1, values.shape[-1]).tolist()]
    rows = [", ".join(f"{v:g}" for v in row) for row in rounded]
    return rows[0] if len(rows) == 1 else "  ".join(f"({row})" for row in rows)
