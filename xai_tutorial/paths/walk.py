"""Paths that are chosen on the way: from each point the gradient decides where to go next.

The attribution is the line integral along what was walked, straight from point to point. Each move is weighted with
the mean of the true gradient on it: by `nodes` Gauss-Legendre points (that many further gradients a move), by the two
ends ("trapezoid", no further gradient), or by its beginning alone ("left", as the papers' programs do).
"""

from collections.abc import Callable

import torch
from torch import Tensor

from ..attribution import Attribution
from ..errors import InputError
from ..field import ScalarField
from .integral import QUADRATURES

RULES = ("trapezoid", "left")


def walk(
    field: ScalarField,
    start: Tensor,
    end: Tensor,
    step: Callable[[Tensor, Tensor, Tensor], Tensor],
    *,
    most: int,
    nodes: int | str,
    method: str,
    inputs: Tensor,
    keep_path: bool = False,
) -> Attribution:
    """Walk every item from `start` by `step(points, gradients, rows)` (all of the rows still under way) to `end`.

    Items that have arrived cost nothing more; `evaluations` is the largest number of gradients of an item.
    """
    if nodes not in RULES and not (isinstance(nodes, int) and nodes >= 1):
        raise InputError(f"nodes must be a whole number of at least 1, or one of {', '.join(RULES)}, got {nodes!r}")
    here, values = start.clone(), torch.zeros_like(start)
    rows = torch.arange(len(start), device=start.device)
    slopes, evaluations, path = field.gradient(start), 1, [start]
    for _ in range(most):
        old = here[rows]
        new = step(old, slopes, rows)
        here[rows] = new
        if keep_path:
            path.append(here.clone())
        going = (new != end[rows]).flatten(1).any(1)
        wanted = rows if nodes == "trapezoid" else rows[going]
        ahead = field.for_rows(wanted).gradient(here[wanted]) if len(wanted) else None
        mean = _mean_gradient(field.for_rows(rows), old, new - old, slopes, ahead, nodes)
        values[rows] += mean * (new - old)
        evaluations += (len(wanted) > 0) + (nodes if isinstance(nodes, int) else 0)
        slopes = ahead[going] if nodes == "trapezoid" else ahead
        rows = rows[going]
        if len(rows) == 0:
            break
    note = f"{len(rows)} of {len(start)} walks did not arrive in {most} moves" if len(rows) else ""
    return Attribution(
        method=method,
        inputs=inputs,
        values=values,
        total=field.value(here) - field.value(start),
        evaluations=evaluations,
        forwards=2,
        total_name="f(end) − f(start)",
        path=torch.stack(path) if keep_path else None,
        note=note,
    )


def _mean_gradient(field: ScalarField, old: Tensor, move: Tensor, slopes: Tensor, ahead, nodes: int | str) -> Tensor:
    """The mean of the gradient on the moves from `old` to `old + move`: R x ...."""
    if nodes == "left":
        return slopes
    if nodes == "trapezoid":
        return (slopes + ahead) / 2
    places, weights = QUADRATURES["gauss-legendre"](nodes)
    places, weights = (torch.as_tensor(a, device=old.device, dtype=old.dtype) for a in (places, weights))
    points = old + places.reshape(-1, *[1] * old.dim()) * move  # nodes x R x ...
    owner = torch.arange(len(old), device=old.device).repeat(nodes)
    inside = field.for_rows(owner).gradient(points.flatten(0, 1)).reshape(points.shape)
    return torch.tensordot(weights, inside, dims=1)
