"""Deletion and insertion: how f changes while features leave, or enter, in the order of a map's scores."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from ..attribution import Attribution
from ..errors import InputError
from ..field import ScalarField
from .features import check_count, feature_scores, mixtures, substrate_like

ORDERS = ("signed", "absolute")


@dataclass(frozen=True, eq=False)
class Curve:
    """f after each step: `fractions` of the features moved (S+1, from 0 to 1) and `values` (B x S+1)."""

    fractions: Tensor
    values: Tensor

    @property
    def area(self) -> Tensor:
        """The mean of each curve over the fraction, by trapezoids: B."""
        return torch.trapezoid(self.values.to(self.fractions.dtype), self.fractions).to(self.values.dtype)

    @property
    def mean(self) -> Tensor:
        """The mean curve of the batch: S+1."""
        return self.values.mean(0)

    @property
    def standard_error(self) -> Tensor:
        """The standard error of the mean curve: S+1. NaN for a single item, which has no spread."""
        count = len(self.values)
        return torch.full_like(self.mean, math.nan) if count == 1 else self.values.std(0) / math.sqrt(count)


def deletion(
    field: ScalarField,
    x: Tensor,
    attribution: Attribution | Tensor,
    *,
    step: int | None = None,
    substrate: str | Tensor = "black",
    sigma: float | None = None,
    by: str = "signed",
    rescaled: bool = False,
) -> Curve:
    """Replace features by the substrate, highest score first (Petsiuk et al. 2018, RISE): a low area is good.

    `step` features move at once (default: a hundredth, rounded up), pixels with all their channels; equal scores in
    the order of their positions. `by="absolute"` sorts by |score|. `rescaled` maps f(substrate) to 0 and f(x) to 1.
    `substrate`: "black", "mean", "blurred" (by `sigma` pixels), or a tensor like x.
    Cost: S + 1 = ceil(n / step) + 1 forward passes an item.
    """
    field.check(x)
    x, other = x.detach(), substrate_like(x.detach(), substrate, sigma)
    curve = _curve(field, x, other, _ranks(attribution, x, by), step)
    return _rescale(curve, bottom=-1, top=0) if rescaled else curve


def insertion(
    field: ScalarField,
    x: Tensor,
    attribution: Attribution | Tensor,
    *,
    step: int | None = None,
    substrate: str | Tensor = "black",
    sigma: float | None = None,
    by: str = "signed",
    rescaled: bool = False,
) -> Curve:
    """Reveal features on the substrate, highest score first (Petsiuk et al. 2018, RISE): a high area is good.

    The options and the cost are those of `deletion`.
    """
    field.check(x)
    x, other = x.detach(), substrate_like(x.detach(), substrate, sigma)
    curve = _curve(field, other, x, _ranks(attribution, x, by), step)
    return _rescale(curve, bottom=0, top=-1) if rescaled else curve


def _ranks(attribution: Attribution | Tensor, x: Tensor, by: str) -> Tensor:
    """The place of each feature when the highest score comes first: B x n."""
    if by not in ORDERS:
        raise InputError(f"by must be one of {', '.join(ORDERS)}, got {by!r}")
    scores = feature_scores(attribution, x)
    scores = scores.abs() if by == "absolute" else scores
    return scores.argsort(dim=1, descending=True, stable=True).argsort(1)


def _curve(field: ScalarField, start: Tensor, end: Tensor, rank: Tensor, step: int | None) -> Curve:
    """f from `start` to `end`, while the features of the lowest ranks move."""
    items, features = rank.shape
    step = math.ceil(features / 100) if step is None else step
    check_count("step", step, 1, features)
    places = math.ceil(features / step) + 1  # S+1
    moved = (torch.arange(places, device=start.device) * step).clamp_max(features)  # S+1
    owner = torch.arange(items, device=start.device).repeat_interleave(places)  # B (S+1)
    found = mixtures(field, start, end, rank, owner=owner, order=owner, count=moved.repeat(items))
    values = torch.cat([values for _, _, values in found]).reshape(items, places)
    wide = torch.promote_types(values.dtype, torch.float32)  # half precision cannot count pixels
    return Curve(moved.to(wide) / features, values)


def _rescale(curve: Curve, *, bottom: int, top: int) -> Curve:
    low = curve.values[:, [bottom]]  # B x 1: f(substrate)
    height = curve.values[:, [top]] - low
    if (height == 0).any():
        row = int((height == 0).nonzero()[0, 0])
        raise InputError(f"f is the same at item {row} and at its substrate: leave rescaled=False or change substrate")
    return Curve(curve.fractions, (curve.values - low) / height)
