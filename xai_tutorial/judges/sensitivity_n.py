"""Sensitivity-N: do the scores of n features together say how much f loses with them?"""

import torch
from torch import Tensor

from ..attribution import Attribution
from ..draws import permutations, seeded
from ..errors import InputError
from ..field import ScalarField
from .features import check_count, feature_scores, mixtures, substrate_like


def sensitivity_n(
    field: ScalarField,
    x: Tensor,
    attribution: Attribution | Tensor,
    *,
    n: int | list[int],
    samples: int = 100,
    substrate: str | Tensor = "black",
    sigma: float | None = None,
    generator: torch.Generator | None = None,
) -> Tensor:
    """corr_S( sum_{i in S} a_i, f(x) - f(x with S replaced) ) over random S of n features (Ancona et al. 2018).

    Pearson's correlation of each item: B, or B x K for a list of K sizes. A pixel counts with all its channels. Every
    item sees the same `samples` subsets, and those of a larger n contain those of a smaller one. NaN where one of the
    two sides does not vary: a constant map, or a field that ignores the features.
    Cost: one forward pass a subset and size.
    """
    field.check(x)
    check_count("samples", samples, 2)
    scores = feature_scores(attribution, x)  # B x D
    sizes = _check_sizes(n, scores.shape[1])
    x, other = x.detach(), substrate_like(x.detach(), substrate, sigma)
    rank = permutations(samples, scores.shape[1], seeded(generator), x)  # m x D
    shape = len(x), len(sizes), samples
    owner, size, order = (index.flatten() for index in _grid(shape, x.device))
    count = torch.tensor(sizes, device=x.device)[size]
    scores = scores - scores.median(1, keepdim=True).values  # adds the same to every sum, and makes constant maps 0
    sums, values = [], []
    for rows, mask, value in mixtures(field, x, other, rank, owner=owner, order=order, count=count):
        sums.append((mask * scores[owner[rows]]).sum(1))
        values.append(value)
    # f(x) is the same for every subset of an item, so that the correlation does not need it.
    found = _correlation(torch.cat(sums).reshape(shape), -torch.cat(values).reshape(shape)).to(x.dtype)
    return found if isinstance(n, (list, tuple)) else found[:, 0]


def _check_sizes(n: int | list[int], features: int) -> list[int]:
    sizes = list(n) if isinstance(n, (list, tuple)) else [n]
    if features < 2:
        raise InputError("a correlation over subsets needs at least 2 features, got 1")
    if not sizes:
        raise InputError("n must name at least one size of subsets, got an empty list")
    for size in sizes:
        check_count("n", size, 1, features - 1)  # there is only one subset of all features
    return sizes


def _grid(shape: tuple[int, ...], device: torch.device) -> tuple[Tensor, ...]:
    return torch.meshgrid(*[torch.arange(length, device=device) for length in shape], indexing="ij")


def _correlation(sums: Tensor, drops: Tensor) -> Tensor:
    """Pearson's correlation over the last dimension; NaN where a side does not vary beyond its rounding."""
    rounding = 4 * torch.finfo(drops.dtype).eps * drops.abs().amax(-1)
    wide = torch.promote_types(torch.promote_types(sums.dtype, drops.dtype), torch.float32)
    a, b = _centred(sums.to(wide)), _centred(drops.to(wide))
    found = ((a * b).sum(-1) / (a.norm(dim=-1) * b.norm(dim=-1))).clamp(-1, 1)
    return found.where(drops.amax(-1) - drops.amin(-1) > rounding, torch.nan)


def _centred(values: Tensor) -> Tensor:
    """Without its mean, and with 1 as its largest number, so that squares of tiny values survive."""
    values = values - values.mean(-1, keepdim=True)
    return values / values.abs().amax(-1, keepdim=True)
