"""HeatFlow in R^D for any differentiable field, from first derivatives alone (Stein's identity).

The paper's Eq. 8 asks for second derivatives of P_t f. Stein's identity moves one of them onto the noise:

    HeatFlow_i(x, T) = int_0^T E[ e_i d_i f(x + sqrt(2t) e) ] / sqrt(2t) dt,        e ~ N(0, I).

Written in polar coordinates, e = r q with |q| = 1, the factor r^2 of the integrand turns a chi_D radius into a
chi_{D+2} one, and what remains is a central difference of the gradient across a sphere of random radius:

    HeatFlow_i(x, T) = T D E[ q_i (d_i f(x + rho q) - d_i f(x - rho q)) / (2 rho) ],
        t uniform on (0, T),  rho = sqrt(2t) r,  r ~ chi_{D+2},  q uniform on the sphere.

Directions come in orthonormal frames, for which sum_k q_k q_k^T = I: a whole frame is exact for quadratic f.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import torch
from torch import Tensor

from ..attribution import Attribution
from ..draws import RunningMean, check_samples, chi, directions, seeded, stratified
from ..errors import InputError
from ..field import ScalarField

BLOCKS = 32  # a standard error comes from the spread of this many blocks of directions
VALUE_SHARE = 8  # one direction in eight also estimates P_T f, so that the sum can be checked


@dataclass(frozen=True)
class SmoothedValue:
    """P_t f: `value` and `standard_error` are B, or K x B for K times."""

    value: Tensor
    standard_error: Tensor
    forwards: int


def heatflow(
    field: ScalarField,
    x: Tensor,
    *,
    time: float | list[float],
    samples: int = 1024,
    generator: torch.Generator | None = None,
) -> Attribution:
    """HeatFlow^{R^D}_i(x, T, f) (Eq. 8 of heatflow), attributing P_T f(x) - f(x) to the features.

    `time` is one T, or an increasing list, for which the values get a dimension K in front and share their draws.
    `samples` (rounded up to a multiple of 32 if larger) counts directions. Every input sees the same directions.
    Cost: 2 gradients a direction and time, and an eighth as many forward passes for the independent total.
    The standard error is an upper bound while a frame of directions is shared by several blocks (samples < 32 D).
    """
    times = check_times(time)
    check_samples(samples)
    field.check(x)
    generator = seeded(generator)
    start = field.value(x)  # B
    values, totals, gaps = RunningMean(), RunningMean(), RunningMean()
    for q in blocks(samples, x, generator):
        flow = _flow_of_block(field, x, q, times, generator)  # K x B x ...
        change = _value_of_block(field, x, _share(q), times, generator) - start  # K x B
        values.add(flow)
        totals.add(change)
        gaps.add(flow.flatten(2).sum(2) - change)
    count = len(q) * values.count
    pick = (lambda tensor: tensor) if isinstance(time, (list, tuple)) else (lambda tensor: tensor[0])
    return Attribution(
        method="HeatFlow",
        inputs=x,
        values=pick(values.mean),
        total=pick(totals.mean),
        gap_error=pick(gaps.standard_error),
        standard_error=pick(values.standard_error),
        evaluations=2 * count * len(times),
        forwards=1 + 2 * len(_share(q)) * values.count * len(times),
        times=tuple(times) if isinstance(time, (list, tuple)) else None,
        total_name="P_T f(x) − f(x)",
    )


def smoothed_value(
    field: ScalarField,
    x: Tensor,
    *,
    time: float | list[float],
    samples: int = 1024,
    generator: torch.Generator | None = None,
) -> SmoothedValue:
    """P_t f(x) = E f(x + sqrt(2t) e), the solution of the heat equation. Cost: 2 forward passes a sample and time."""
    times = check_times(time)
    check_samples(samples)
    field.check(x)
    generator, mean = seeded(generator), RunningMean()
    for q in blocks(samples, x, generator):
        mean.add(_value_of_block(field, x, q, times, generator))
    many = isinstance(time, (list, tuple))
    value, error = (mean.mean, mean.standard_error) if many else (mean.mean[0], mean.standard_error[0])
    return SmoothedValue(value, error, 2 * len(q) * mean.count * len(times))


def check_times(time: float | list[float]) -> list[float]:
    times = [float(t) for t in time] if isinstance(time, (list, tuple)) else [float(time)]
    if not times or not all(math.isfinite(t) and t >= 0 for t in times):
        raise InputError(f"time must be finite and not negative, got {time}")
    if times != sorted(times):
        raise InputError(f"times must not decrease, got {time}")
    return times


def blocks(samples: int, x: Tensor, generator: torch.Generator) -> Iterator[Tensor]:
    """The directions in equal blocks, each m x D."""
    count = min(BLOCKS, samples)
    stream = directions(x[0].numel(), generator, x)
    for _ in range(count):
        yield torch.stack(list(islice(stream, math.ceil(samples / count))))


def _share(q: Tensor) -> Tensor:
    return q[: math.ceil(len(q) / VALUE_SHARE)]


def _flow_of_block(field, x: Tensor, q: Tensor, times: list[float], generator: torch.Generator) -> Tensor:
    """One block's estimate of HeatFlow up to each time: K x B x ...."""
    rho, lengths = radii(x, q, times, generator)
    flow = torch.zeros((len(times), *x.flatten(1).shape), device=x.device, dtype=x.dtype)
    for rows, forward, backward in pairs(ScalarField.gradient, field, x, q, rho):
        flow += torch.einsum("cd,ck,ckbd->kbd", q[rows], 0.5 / rho[rows], (forward - backward).flatten(3))
    flow = (flow * lengths[:, None, None] * (q.shape[1] / len(q))).cumsum(0)
    return flow.reshape(len(times), *x.shape)


def _value_of_block(field, x: Tensor, q: Tensor, times: list[float], generator: torch.Generator) -> Tensor:
    """One block's estimate of P_t f at each time: K x B."""
    found = pairs(ScalarField.value, field, x, q, final_radii(x, q, times, generator))
    return torch.cat([(forward + backward) / 2 for _, forward, backward in found]).mean(0)


def radii(x: Tensor, q: Tensor, times: list[float], generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """A random radius for each direction and interval between times, m x K, and the lengths of the intervals, K."""
    m, dimensions = q.shape
    ends = torch.tensor(times, device=x.device, dtype=x.dtype)
    lengths = ends - torch.cat([torch.zeros_like(ends[:1]), ends[:-1]])
    t = ends - lengths * stratified(m, len(times), generator, x)
    rho = (2 * t).sqrt() * chi(t.shape, dimensions + 2, generator, x)
    # At time 0 the sphere is a point and the difference across it 0, whatever it is divided by.
    return rho.clamp_min(torch.finfo(x.dtype).tiny), lengths


def final_radii(x: Tensor, q: Tensor, times: list[float], generator: torch.Generator) -> Tensor:
    """How far a walker in direction q has come at each time: m x K, the radius of a normal draw of variance 2t."""
    spread = (2 * torch.tensor(times, device=x.device, dtype=x.dtype)).sqrt()
    return spread * chi((len(q), len(times)), q.shape[1], generator, x)


def pairs(evaluate, field, x: Tensor, q: Tensor, rho: Tensor) -> Iterator[tuple[slice, Tensor, Tensor]]:
    """`evaluate` at x + rho q and at x - rho q, for as many directions at once as the field's batch holds.

    Yields the slice of directions and the two results, c x K x B (x ...).
    """
    batch, times = len(x), rho.shape[1]
    step = max(1, field.rows_at_once(x) // (2 * times * batch))
    for begin in range(0, len(q), step):
        rows = slice(begin, begin + step)
        offset = (rho[rows, :, None] * q[rows, None]).reshape(-1, times, 1, *x.shape[1:])  # c x K x 1 x ...
        points = torch.stack([x + offset, x - offset])  # 2 x c x K x B x ...
        owner = torch.arange(batch, device=x.device).repeat(points.shape[:3].numel())
        found = evaluate(field.for_rows(owner), points.flatten(0, 3))
        yield rows, *found.reshape(*points.shape[:4], *found.shape[1:])
