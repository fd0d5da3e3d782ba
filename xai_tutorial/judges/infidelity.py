"""Infidelity and max-sensitivity (Yeh et al. 2019, On the (In)fidelity and Sensitivity of Explanations)."""

import math
from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from ..attribution import Attribution
from ..draws import normal, seeded, uniform
from ..errors import InputError
from ..field import ScalarField
from .features import check_count, map_values

Explanation = Callable[[ScalarField, Tensor], Attribution | Tensor]


def infidelity(
    field: ScalarField,
    x: Tensor,
    attribution: Attribution | Tensor,
    *,
    sigma: float = 0.1,
    samples: int = 256,
    normalize: bool = False,
    generator: torch.Generator | None = None,
) -> Tensor:
    """E[(I . a - (f(x) - f(x - I)))^2], I ~ N(0, sigma^2) (Def. 2.1): B. 0 for an exact linear account of f.

    The map is that of a gradient: local, not multiplied by x. `normalize` first scales it, for each item, by the best
    factor E[I . a (f(x) - f(x - I))] / E[(I . a)^2], as captum does. Every item sees the same draws.
    Cost: one forward pass a sample, and one.
    """
    _check_spread("sigma", sigma)
    check_count("samples", samples, 1)
    field.check(x)
    x, values = x.detach(), map_values(attribution, x).to(x.dtype).flatten(1)  # B x D
    generator, told, seen = seeded(generator), [], []

    def noise() -> Tensor:
        return sigma * normal(x.shape[1:], generator, x)

    start = field.value(x)  # B
    for step, owner in _blocks(field, x, noise, samples):  # c x ..., c B
        moved = field.for_rows(owner).value((x - step[:, None]).flatten(0, 1)).reshape(len(step), len(x))
        told.append(step.flatten(1) @ values.T)  # c x B
        seen.append(start - moved)
    told, seen = torch.cat(told), torch.cat(seen)  # m x B
    if normalize:
        power = told.square().sum(0)
        told = told * ((told * seen).sum(0) / power.where(power != 0, 1))
    return (told - seen).square().mean(0)


def max_sensitivity(
    field: ScalarField,
    x: Tensor,
    explain: Explanation,
    *,
    radius: float = 0.02,
    samples: int = 10,
    generator: torch.Generator | None = None,
) -> Tensor:
    """max_d |phi(x + d) - phi(x)| / |phi(x)| over draws d, uniform in the cube |d_i| <= radius (Def. 3.1): B.

    `explain(field, x)` is any explanation, called on batches of perturbed inputs. As in captum, the change is relative
    to |phi(x)|, or absolute where that is 0. A lower bound that grows with `samples`. Every item sees the same draws.
    Cost: one explanation a sample, and one.
    """
    _check_spread("radius", radius)
    check_count("samples", samples, 1)
    field.check(x)
    x, generator = x.detach(), seeded(generator)

    def shift() -> Tensor:
        return radius * (2 * uniform(x.shape[1:], generator, x) - 1)

    base = _explained(explain, field, x)  # B x E
    size = base.norm(dim=1)
    worst = torch.zeros_like(size)
    for step, owner in _blocks(field, x, shift, samples):
        found = _explained(explain, field.for_rows(owner), (x + step[:, None]).flatten(0, 1))
        change = (found.reshape(len(step), *base.shape) - base).norm(dim=2)  # c x B
        worst = worst.maximum(change.amax(0))
    return worst / size.where(size != 0, 1)


def _blocks(field: ScalarField, x: Tensor, draw: Callable[[], Tensor], samples: int) -> Iterator[tuple[Tensor, Tensor]]:
    """The draws, as many at once as the field's batch holds (c x ...), and the item of each of their c B rows.

    They are drawn one by one, so that they do not depend on how many fit.
    """
    step = max(1, field.rows_at_once(x) // len(x))
    for begin in range(0, samples, step):
        drawn = torch.stack([draw() for _ in range(min(step, samples - begin))])
        yield drawn, torch.arange(len(x), device=x.device).repeat(len(drawn))


def _explained(explain: Explanation, field: ScalarField, x: Tensor) -> Tensor:
    """phi at each row, flattened: B x E."""
    found = explain(field, x)
    found = found.values if isinstance(found, Attribution) else found
    if not isinstance(found, Tensor) or found.dim() < 2 or len(found) != len(x):
        shape = tuple(found.shape) if isinstance(found, Tensor) else type(found).__name__
        raise InputError(f"the explanation must return one map a row, {len(x)} x ..., got {shape}")
    if not found.isfinite().all():
        raise InputError("the explanation returned NaN or infinite values")
    return found.detach().flatten(1)


def _check_spread(name: str, value: float) -> None:
    if not (math.isfinite(value) and value > 0):
        raise InputError(f"{name} must be finite and positive, got {value}")
