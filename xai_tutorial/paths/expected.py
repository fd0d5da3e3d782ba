"""Expected Gradients: straight paths from baselines that are drawn, averaged."""

import torch
from torch import Tensor

from ..attribution import Attribution
from ..draws import RunningMean, check_samples, seeded, stratified
from ..errors import InputError
from ..field import ScalarField


def expected_gradients(
    field: ScalarField,
    x: Tensor,
    *,
    baselines: Tensor,
    samples: int = 128,
    generator: torch.Generator | None = None,
) -> Attribution:
    """EG_i = E_{x', s} (x_i − x'_i) d_i f(x' + s (x − x')), x' drawn from `baselines` (N x ...) (Erion et al., 2021).

    Each sample is one baseline and one point of its line; the points are spread evenly over the lines' length. Adds up
    to f(x) − mean f(x') within `gap_error`. Every input sees the same draws. Cost: 1 gradient and 1 forward pass a
    sample.
    """
    check_samples(samples)
    field.check(x)
    if baselines.shape[1:] != x.shape[1:] or len(baselines) == 0:
        raise InputError(f"baselines must be N x {tuple(x.shape[1:])}, got {tuple(baselines.shape)}")
    generator = seeded(generator)
    where = {"generator": generator, "device": generator.device}
    chosen = torch.randint(len(baselines), (samples,), **where).to(baselines.device)
    places = stratified(samples, 1, generator, x)[:, 0]  # S
    values, totals, gaps = RunningMean(), RunningMean(), RunningMean()
    chunk, here = max(1, field.rows_at_once(x) // len(x)), field.value(x)
    for begin in range(0, samples, chunk):
        start = baselines[chosen[begin : begin + chunk]].to(x)[:, None]  # c x 1 x ...
        s = places[begin : begin + chunk].reshape(-1, *[1] * x.dim())
        points = start + s * (x - start)  # c x B x ...
        rows = field.for_rows(torch.arange(len(x), device=x.device).repeat(len(points)))
        slopes = rows.gradient(points.flatten(0, 1)).reshape(points.shape)
        changes = here - rows.value(start.expand_as(points).flatten(0, 1)).reshape(len(points), len(x))
        for parts, change in zip((x - start) * slopes, changes, strict=True):
            values.add(parts)
            totals.add(change)
            gaps.add(parts.flatten(1).sum(1) - change)
    return Attribution(
        method="Expected gradients",
        inputs=x,
        values=values.mean,
        total=totals.mean,
        gap_error=gaps.standard_error,
        standard_error=values.standard_error,
        evaluations=samples,
        forwards=samples + 1,
        total_name="f(x) − mean f(baseline)",
    )
