"""The one line integral: a_i = int_0^1 d_i f(gamma(s)) gamma_i'(s) ds along any path gamma.

By the fundamental theorem the a_i add up to f(gamma(1)) − f(gamma(0)), whatever the path: the path only decides how
that difference is shared out. What is left of it after quadrature is the gap, which is reported.
"""

import math
from collections.abc import Callable
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from ..attribution import Attribution
from ..errors import InputError, UnknownNameError
from ..field import ScalarField

AUTO_STEPS = (16, 32, 64, 128, 256, 512, 1024)


class Path(Protocol):
    """A path for each item of a batch, on the parameter interval [0, 1]."""

    start: Tensor  # B x ...
    end: Tensor  # B x ...
    pieces: int  # the number of equal parameter intervals on which it is smooth

    def at(self, s: Tensor) -> tuple[Tensor, Tensor]:
        """The points and the velocities at the parameters s (S): both S x B x ...."""
        ...


def _gauss_legendre(steps: int) -> tuple[np.ndarray, np.ndarray]:
    points, weights = np.polynomial.legendre.leggauss(steps)
    return (points + 1) / 2, weights / 2


def _even(first: float) -> Callable[[int], tuple[np.ndarray, np.ndarray]]:
    return lambda steps: ((np.arange(steps) + first) / steps, np.full(steps, 1 / steps))


def _trapezoid(steps: int) -> tuple[np.ndarray, np.ndarray]:
    weights = np.full(steps, 1 / max(steps - 1, 1))
    if steps > 1:
        weights[[0, -1]] /= 2
    return np.linspace(0, 1, steps), weights


QUADRATURES: dict[str, Callable[[int], tuple[np.ndarray, np.ndarray]]] = {
    "gauss-legendre": _gauss_legendre,
    "midpoint": _even(0.5),
    "left": _even(0.0),
    "right": _even(1.0),
    "trapezoid": _trapezoid,
}


def integrate(
    field: ScalarField,
    path: Path,
    *,
    steps: int | str = 32,
    quadrature: str = "gauss-legendre",
    tolerance: float = 1e-3,
    inputs: Tensor | None = None,
    method: str = "Line integral",
) -> Attribution:
    """The integral along `path`, and its gap against f(end) − f(start).

    `steps` gradients for each item, rounded up to equally many in each piece of the path, or "auto": doubled from 16
    until every gap is below `tolerance` times |f(end) − f(start)|, up to 1,024; the result's `note` says if that was
    not enough. Cost: `steps` gradients (all of those tried, with "auto") and 2 forward passes; memory does not grow
    with the steps.
    """
    if quadrature not in QUADRATURES:
        raise UnknownNameError("quadrature", quadrature, QUADRATURES)
    if steps != "auto" and not (isinstance(steps, int) and steps >= 1):
        raise InputError(f"steps must be a whole number of at least 1, or 'auto', got {steps!r}")
    check_ends(field, path.start, path.end)
    total = field.value(path.end) - field.value(path.start)
    spent, note = 0, ""
    for count in AUTO_STEPS if steps == "auto" else (steps,):
        nodes, weights = _composite(quadrature, count, path.pieces)
        values = _sum_along(field, path, nodes, weights)
        spent += len(nodes)
        gap = (values.flatten(1).sum(1) - total).abs()
        if bool((gap <= tolerance * total.abs()).all()):
            break
    else:
        if steps == "auto":
            note = f"{AUTO_STEPS[-1]} steps leave a gap above {tolerance:g} of the total"
    return Attribution(
        method=method,
        inputs=path.end if inputs is None else inputs,
        values=values,
        total=total,
        evaluations=spent,
        forwards=2,
        total_name="f(end) − f(start)",
        note=note,
    )


def check_ends(field: ScalarField, start: Tensor, end: Tensor) -> None:
    """Refuse ends that are not two inputs of the same field, or that are the same point throughout."""
    field.check(end)
    if start.shape != end.shape:
        raise InputError(f"the path starts in shape {tuple(start.shape)} and ends in {tuple(end.shape)}")
    field.check(start)
    if bool((start == end).flatten(1).all(1).any()):
        raise InputError("the path starts where it ends, so that there is nothing to explain: use another baseline")


def _composite(quadrature: str, steps: int, pieces: int) -> tuple[np.ndarray, np.ndarray]:
    """The nodes and weights on [0, 1], at least `steps` of them and equally many in each piece."""
    nodes, weights = QUADRATURES[quadrature](math.ceil(steps / pieces))
    return ((nodes + np.arange(pieces)[:, None]) / pieces).ravel(), np.tile(weights / pieces, pieces)


def _sum_along(field: ScalarField, path: Path, nodes: np.ndarray, weights: np.ndarray) -> Tensor:
    """sum_k w_k grad f(gamma(s_k)) * gamma'(s_k), a batch of nodes at a time: B x ...."""
    like = {"device": path.end.device, "dtype": path.end.dtype}
    s, w = torch.as_tensor(nodes, **like), torch.as_tensor(weights, **like)
    batch = len(path.end)
    chunk = max(1, field.rows_at_once(path.end) // batch)
    values = torch.zeros_like(path.end)
    for begin in range(0, len(s), chunk):
        points, velocities = path.at(s[begin : begin + chunk])  # c x B x ...
        owner = torch.arange(batch, device=path.end.device).repeat(len(points))
        slopes = field.for_rows(owner).gradient(points.flatten(0, 1)).reshape(points.shape)
        values += torch.einsum(
            "c,cbd,cbd->bd", w[begin : begin + chunk], slopes.flatten(2), velocities.flatten(2)
        ).reshape(values.shape)
    return values
