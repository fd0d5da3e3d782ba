"""Which features act together: how far each feature's heat flow is from depending on that feature alone."""

import torch
from torch import Tensor

from ..draws import check_samples, seeded
from ..errors import InputError
from ..field import ScalarField
from .euclidean import blocks, check_times, final_radii, pairs, radii


def interaction_strength(
    field: ScalarField,
    x: Tensor,
    *,
    time: float,
    features: list[int] | None = None,
    samples: int = 1024,
    generator: torch.Generator | None = None,
) -> Tensor:
    """r_i(x) = |d HeatFlow_i - d_i (P_t f - f)|^2 (Eq. 10 of heatflow) for the flattened `features`: B x n.

    A squared estimate is too large by its variance, so that the square is taken between different blocks of
    directions: unbiased, and around 0 (on either side) where there is no interaction. Needs a smooth field.
    Cost: 2 Hessian products a feature and sample, and 2 gradients a sample.
    """
    (time,) = check_times(time)
    check_samples(samples)
    field.check(x)
    dimensions = x[0].numel()
    features = list(range(dimensions)) if features is None else features
    if not features or not all(0 <= i < dimensions for i in features):
        raise InputError(f"features must be indices below {dimensions}, got {features}")
    generator, residuals = seeded(generator), []
    start = field.gradient(x).flatten(1)  # B x D
    for q in blocks(samples, x, generator):
        rho, _ = radii(x, q, [time], generator)
        end = final_radii(x, q, [time], generator)
        warm = torch.cat([(a + b) / 2 for _, a, b in pairs(ScalarField.gradient, field, x, q, end)])
        change = warm.mean((0, 1)).flatten(1) - start  # B x D: the gradient of P_t f - f
        slopes = [_slope(field, x, q, rho, i) * time for i in features]
        units = torch.eye(dimensions, device=x.device, dtype=x.dtype)
        found = [slope - change[:, i : i + 1] * units[i] for i, slope in zip(features, slopes, strict=True)]
        residuals.append(torch.stack(found, 1))  # B x n x D
    stack = torch.stack(residuals)
    count = len(stack)
    return (stack.sum(0).square() - stack.square().sum(0)).sum(2) / (count * (count - 1))


def _slope(field: ScalarField, x: Tensor, q: Tensor, rho: Tensor, i: int) -> Tensor:
    """The gradient of the mean of q_i (d_i f(x + rho q) - d_i f(x - rho q)) D / (2 rho) over directions: B x D."""
    unit = torch.zeros_like(x[:1]).flatten(1)
    unit[0, i] = 1.0

    def row_of_hessian(part: ScalarField, points: Tensor) -> Tensor:
        return part.hessian_vector(points, unit.reshape(1, *x.shape[1:]))

    slope = torch.zeros_like(x.flatten(1))
    for rows, forward, backward in pairs(row_of_hessian, field, x, q, rho):
        slope += torch.einsum("c,ck,ckbd->bd", q[rows, i], 0.5 / rho[rows], (forward - backward).flatten(3))
    return slope * (q.shape[1] / len(q))
