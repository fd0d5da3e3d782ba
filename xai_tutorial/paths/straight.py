"""The straight path (Integrated Gradients), its bent relative, and the path that is straight from point to point."""

import torch
from torch import Tensor

from ..attribution import Attribution
from ..draws import RunningMean, check_samples, normal, seeded
from ..errors import InputError
from ..field import ScalarField
from .integral import integrate


class StraightPath:
    """gamma(s) = start + s (end − start)."""

    pieces = 1

    def __init__(self, start: Tensor, end: Tensor):
        self.start, self.end = start, end

    def at(self, s: Tensor) -> tuple[Tensor, Tensor]:
        line = self.end - self.start
        s = s.reshape(-1, *[1] * line.dim())
        return self.start + s * line, line.expand(len(s), *line.shape)


class BezierPath:
    """The cubic curve from `start` to `end` that leaves towards `first` and arrives from `second`."""

    pieces = 1

    def __init__(self, start: Tensor, first: Tensor, second: Tensor, end: Tensor):
        self.start, self.first, self.second, self.end = start, first, second, end

    def at(self, s: Tensor) -> tuple[Tensor, Tensor]:
        s = s.reshape(-1, *[1] * self.start.dim())
        r = 1 - s
        points = r**3 * self.start + 3 * r**2 * s * self.first + 3 * r * s**2 * self.second + s**3 * self.end
        slopes = r**2 * (self.first - self.start) + 2 * r * s * (self.second - self.first)
        return points, 3 * (slopes + s**2 * (self.end - self.second))


class Polyline:
    """Straight from node to node at constant parameter speed; `nodes` is N x B x ... with N of at least 2."""

    def __init__(self, nodes: Tensor):
        if nodes.dim() < 3 or len(nodes) < 2:
            raise InputError(f"a polyline needs nodes N x B x ... with N of at least 2, got {tuple(nodes.shape)}")
        self.nodes, self.start, self.end, self.pieces = nodes, nodes[0], nodes[-1], len(nodes) - 1

    def at(self, s: Tensor) -> tuple[Tensor, Tensor]:
        piece = (s * self.pieces).long().clamp(0, self.pieces - 1)  # S
        within = (s * self.pieces - piece).reshape(-1, *[1] * self.start.dim())
        move = self.nodes[piece + 1] - self.nodes[piece]
        return self.nodes[piece] + within * move, self.pieces * move


def as_baseline(baseline: Tensor | float, x: Tensor) -> Tensor:
    """A baseline of x's shape from one, from a single item of it, or from a number."""
    if not isinstance(baseline, Tensor):
        return torch.full_like(x, float(baseline))
    if baseline.shape not in (x.shape, x.shape[1:], (1, *x.shape[1:])):
        raise InputError(f"a baseline has the shape of the input {tuple(x.shape)}, got {tuple(baseline.shape)}")
    return baseline.to(x).expand_as(x)


def integrated_gradients(
    field: ScalarField,
    x: Tensor,
    *,
    baseline: Tensor | float = 0.0,
    steps: int | str = 32,
    quadrature: str = "gauss-legendre",
) -> Attribution:
    """IG_i = (x_i − x'_i) int_0^1 d_i f(x' + s (x − x')) ds (Sundararajan et al., 2017). Cost: `steps` gradients."""
    field.check(x)
    path = StraightPath(as_baseline(baseline, x), x)
    return integrate(field, path, steps=steps, quadrature=quadrature, method="Integrated gradients")


def smooth_ig(
    field: ScalarField,
    x: Tensor,
    *,
    sigma: float = 0.1,
    samples: int = 16,
    baseline: Tensor | float = 0.0,
    steps: int = 32,
    generator: torch.Generator | None = None,
) -> Attribution:
    """The mean of IG at noisy copies x + sigma e, each with its mirror image (SmoothGrad of IG).

    Complete against the mean of f over the copies. Cost: 2 `steps` gradients a sample.
    """
    check_samples(samples)
    field.check(x)
    generator, start = seeded(generator), as_baseline(baseline, x)
    values, totals = RunningMean(), RunningMean()
    for _ in range(samples):
        noise = sigma * normal(x.shape[1:], generator, x)
        pair = [integrate(field, StraightPath(start, x + sign * noise), steps=steps) for sign in (1, -1)]
        values.add((pair[0].values + pair[1].values) / 2)
        totals.add((pair[0].total + pair[1].total) / 2)
    return Attribution(
        method="Smooth IG",
        inputs=x,
        values=values.mean,
        total=totals.mean,
        standard_error=values.standard_error,
        evaluations=2 * steps * samples,
        forwards=4 * samples,
        total_name="mean f(x + noise) − f(baseline)",
    )
