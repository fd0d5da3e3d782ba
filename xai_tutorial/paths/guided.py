"""GuidedIG: near the straight line, the features with the smallest gradients move first (Kapishnikov et al., 2021)."""

import math

import torch
from torch import Tensor

from ..attribution import Attribution
from ..errors import InputError
from ..field import ScalarField
from .integral import check_ends
from .straight import as_baseline
from .walk import walk


def guided_ig(
    field: ScalarField,
    x: Tensor,
    *,
    baseline: Tensor | float = 0.0,
    steps: int = 200,
    fraction: float = 0.1,
    reach: float = 0.02,
    nodes: int | str = "trapezoid",
    keep_path: bool = False,
) -> Attribution:
    """The line integral along the guided path in `steps` moves of equal l1 length.

    In each move the `fraction` of features with the smallest |gradient| go ahead, none further than `reach` (of the
    whole way) from the straight line. `nodes="left"` is the authors' sum. Cost: `steps` + 1 gradients.
    """
    if not (isinstance(steps, int) and steps >= 1):
        raise InputError(f"steps must be a whole number of at least 1, got {steps!r}")
    if not (0 < fraction <= 1 and 0 <= reach <= 1):
        raise InputError(f"fraction must lie in (0, 1] and reach in [0, 1], got {fraction} and {reach}")
    field.check(x)
    start = as_baseline(baseline, x)
    check_ends(field, start, x)
    line = (x - start).flatten(1)  # B x D
    moved = 0

    def step(points: Tensor, slopes: Tensor, rows: Tensor) -> Tensor:
        nonlocal moved
        moved += 1
        if moved == steps:
            return x[rows]
        part = _Part(start[rows].flatten(1), line[rows], moved / steps, reach, fraction)
        return part.advance(points.flatten(1), slopes.flatten(1).abs()).reshape(points.shape)

    return walk(field, start, x, step, most=steps, nodes=nodes, method="GuidedIG", inputs=x, keep_path=keep_path)


class _Part:
    """One move of all items: to the place `alpha` of the way in l1 distance, within a band around the straight line."""

    def __init__(self, start: Tensor, line: Tensor, alpha: float, reach: float, fraction: float):
        self.start, self.line = start, line  # R x D
        self.low, self.high = max(alpha - reach, 0.0), min(alpha + reach, 1.0)
        self.target = line.abs().sum(1) * (1 - alpha)  # R: the l1 distance to the end that should be left
        self.rank = 1 + math.floor(fraction * (line.shape[1] - 1))

    def advance(self, points: Tensor, sizes: Tensor) -> Tensor:
        """Move the features with the smallest gradients `sizes` until the target is met."""
        end, ceiling, floor = (self.start + a * self.line for a in (1.0, self.high, self.low))
        behind = (points - floor) * self.line.sign() < 0
        points = torch.where(behind, floor, points)
        under_way = torch.ones_like(self.target, dtype=torch.bool)
        for _ in range(self.line.shape[1]):
            left = (points - end).abs().sum(1)  # R
            close = torch.isclose(left, self.target, rtol=1e-9, atol=1e-9)
            movable = ~((points - ceiling).abs() == 0)
            ranked = torch.where(movable, sizes, torch.inf)
            threshold = ranked.kthvalue(self.rank, dim=1, keepdim=True).values
            chosen = movable & (ranked <= threshold)
            length = ((points - ceiling).abs() * chosen).sum(1)
            share = torch.where(length > 0, (left - self.target) / length, torch.inf)
            share = torch.where(under_way & ~close, share, 0.0).clamp(0, 1)[:, None]
            jump = torch.where(share >= 1, ceiling, points + share * (ceiling - points))
            points = torch.where(chosen, jump, points)
            under_way = under_way & ~close & (share[:, 0] >= 1)
            if not under_way.any():
                break
        return points
