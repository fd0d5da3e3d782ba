"""SmoothGrad is the gradient of the heat flow: E grad f(x + sigma e) = grad P_t f(x) at t = sigma^2 / 2."""

import math

import torch
from torch import Tensor

from ..attribution import Attribution
from ..draws import RunningMean, check_samples, normal, seeded
from ..errors import InputError
from ..field import ScalarField


def smoothgrad(
    field: ScalarField,
    x: Tensor,
    *,
    sigma: float = 0.1,
    samples: int = 64,
    generator: torch.Generator | None = None,
) -> Attribution:
    """SG(x) = E_{z ~ N(x, sigma^2 I)} grad f(z) (Sec. 4 of heatflow), signed and in the units of a gradient.

    Each draw is used with its mirror image, which removes the noise of odd order. Every input sees the same draws.
    Cost: 2 gradients a sample. The values promise no sum.
    """
    if not (math.isfinite(sigma) and sigma >= 0):
        raise InputError(f"sigma must be finite and not negative, got {sigma}")
    check_samples(samples)
    field.check(x)
    generator, mean = seeded(generator), RunningMean()
    step = max(1, field.rows_at_once(x) // (2 * len(x)))
    for begin in range(0, samples, step):
        draws = [normal(x.shape[1:], generator, x) for _ in range(min(step, samples - begin))]
        noise = sigma * torch.stack(draws)[:, None]  # c x 1 x ...
        points = torch.stack([x + noise, x - noise])  # 2 x c x B x ...
        owner = torch.arange(len(x), device=x.device).repeat(points.shape[:2].numel())
        gradients = field.for_rows(owner).gradient(points.flatten(0, 2)).reshape(points.shape)
        for pair in gradients.mean(0):
            mean.add(pair)
    return Attribution(
        method="SmoothGrad",
        inputs=x,
        values=mean.mean,
        standard_error=mean.standard_error,
        evaluations=2 * samples,
    )
