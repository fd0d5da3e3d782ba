"""Stein's HeatFlow against the gradients that it evaluates, and against the diagonal of the Hessian.

The diagonal is taken in three ways: by one backward pass a feature (Eq. 8 as it stands), by the same passes
vectorised, and by forward-over-reverse products, the fastest way known to us.
"""

import math
from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from ..data import mnist
from ..draws import normal
from ..field import ScalarField
from ..heat import heatflow
from ..models import load
from . import Row
from .timing import best_of, timed

ERROR = 0.05  # relative, of the whole map, to which both sides are run
PATIENCE = 150  # a peer that is this many times slower is not run to its end


def heatflow_rows() -> Iterator[Row]:
    x = mnist("test", size=32, count=1).images  # 1 x 1 x 32 x 32: D = 1,024
    model = load("digits_smooth")
    field = ScalarField(model, 7)
    yield _overhead(field, x)
    yield _same_samples(field, model, x)
    for time in (0.005, 0.02, 0.08):
        yield from _equal_error(field, model, x, time)


def _overhead(field: ScalarField, x: Tensor) -> Row:
    """HeatFlow with all its bookkeeping against bare autograd on as many rows, in batches of the same size."""
    samples, rows = 1024, field.rows_at_once(x)
    points = x + 0.1 * normal((rows, *x.shape[1:]), torch.Generator(device="cpu").manual_seed(0), x)

    def raw() -> None:
        for _ in range(2 * samples // rows):
            leaf = points.clone().requires_grad_()
            torch.autograd.grad(field.function(leaf)[:, 7].sum(), leaf)

    seconds = best_of({"ours": lambda: heatflow(field, x, time=0.02, samples=samples), "raw": raw})
    ratio = seconds["ours"] / seconds["raw"]
    what = f"HeatFlow at D = 1,024, {samples} directions, with its total, over {2 * samples} bare gradients"
    return Row("heatflow/overhead", what, seconds["ours"], seconds["raw"], ratio, "<= 1.2", ratio <= 1.2)


def _same_samples(field: ScalarField, model, x: Tensor) -> Row:
    """The same number of points, each with its D backward passes, or with its one gradient."""
    points = 8
    ours = best_of({"ours": lambda: field.gradient(x.expand(points, *x.shape[1:]))})["ours"]
    peer, _ = timed(lambda: [hessian_diagonal_by_passes(model, x) for _ in range(points)])
    what = f"{points} samples: their {points} gradients against {points} x 1,024 backward passes"
    return Row("heatflow/same samples", what, ours, peer, peer / ours, ">= 100", peer / ours >= 100)


def _equal_error(field: ScalarField, model, x: Tensor, time: float) -> Iterator[Row]:
    truth = heatflow(field, x, time=time, samples=16384, generator=torch.Generator(device="cpu").manual_seed(99)).values
    ours, samples = _ours_to_error(field, x, time, truth)
    peers = {
        "1,024 backward passes": hessian_diagonal_by_passes,
        "1,024 vectorised backward passes": hessian_diagonal_vectorised,
        "1,024 forward-over-reverse products": hessian_diagonal_forward,
    }
    needed, reached = _points_to_error(model, x, time, truth, patience=PATIENCE * ours)
    for name, diagonal in peers.items():
        seconds = min(timed(lambda diagonal=diagonal: diagonal(model, x))[0] for _ in range(3)) * needed
        ratio = seconds / ours
        bound = (
            "" if reached <= ERROR else f", a lower bound: the peer was stopped at an error of {100 * reached:.0f} %"
        )
        what = f"T = {time:g}, to 5 %: {samples} directions against {needed} points with {name} each{bound}"
        yield Row(f"heatflow/equal error, T = {time:g}", what, ours, seconds, ratio, ">= 100", ratio >= 100)


def _ours_to_error(field: ScalarField, x: Tensor, time: float, truth: Tensor) -> tuple[float, int]:
    """The seconds and the smallest number of directions (in steps of 128) with which three seeds reach the error."""
    for samples in range(512, 8193, 128):

        def run(seed: int, samples: int = samples) -> Tensor:
            generator = torch.Generator(device="cpu").manual_seed(seed)
            return heatflow(field, x, time=time, samples=samples, generator=generator).values

        if max(_error(run(seed), truth) for seed in range(3)) <= ERROR:
            return best_of({"ours": lambda: run(0)}, repeats=3)["ours"], samples
    raise RuntimeError(f"8,192 directions do not reach {ERROR:.0%} at T = {time}")


def _points_to_error(model, x: Tensor, time: float, truth: Tensor, patience: float) -> tuple[int, float]:
    """How many points the mean of Hessian diagonals needs, its times spread evenly; stopped when patience runs out."""
    generator = torch.Generator(device="cpu").manual_seed(1)
    total, spent, golden = torch.zeros_like(truth), 0.0, (math.sqrt(5) - 1) / 2
    count, error = 0, math.inf
    while error > ERROR and spent < patience:
        t = time * ((count * golden + 0.5) % 1)
        point = x + math.sqrt(2 * t) * normal(x.shape, generator, x)
        seconds, diagonal = timed(lambda point=point: hessian_diagonal_forward(model, point))
        total, spent, count = total + time * diagonal.reshape(x.shape), spent + seconds, count + 1
        error = _error(total / count, truth)
    return count, error


def _error(found: Tensor, truth: Tensor) -> float:
    return float((found - truth).norm() / truth.norm())


def _target(model) -> Callable[[Tensor], Tensor]:
    return lambda x: model(x)[0, 7]


def hessian_diagonal_by_passes(model, x: Tensor) -> Tensor:
    leaf = x.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(_target(model)(leaf), leaf, create_graph=True)
    rows = (torch.autograd.grad(part, leaf, retain_graph=True)[0].flatten() for part in gradient.flatten())
    return torch.stack([row[i] for i, row in enumerate(rows)])


def hessian_diagonal_vectorised(model, x: Tensor, chunk: int = 128) -> Tensor:
    leaf = x.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(_target(model)(leaf), leaf, create_graph=True)
    parts = []
    for start, units in _units(x, chunk):
        (rows,) = torch.autograd.grad(gradient, leaf, units, is_grads_batched=True, retain_graph=True)
        parts.append(rows.flatten(1)[:, start : start + chunk].diagonal())
    return torch.cat(parts)


def hessian_diagonal_forward(model, x: Tensor, chunk: int = 128) -> Tensor:
    gradient = torch.func.grad(_target(model))

    def curvature(v: Tensor) -> Tensor:
        return (torch.func.jvp(gradient, (x,), (v,))[1] * v).sum()

    return torch.cat([torch.func.vmap(curvature)(units) for _, units in _units(x, chunk)])


def _units(x: Tensor, chunk: int) -> Iterator[tuple[int, Tensor]]:
    unit = torch.eye(x.numel(), device=x.device, dtype=x.dtype).reshape(-1, *x.shape)
    for start in range(0, x.numel(), chunk):
        yield start, unit[start : start + chunk]
