"""What the judges share: maps checked, features counted, substrates made, and mixtures of two inputs evaluated.

A feature is a pixel with all its channels for images B x C x H x W, and each single number for anything else.
"""

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from ..attribution import Attribution
from ..errors import InputError
from ..field import ScalarField

SUBSTRATES = ("black", "blurred", "mean")
SIGMA_SHARE = 20 / 224  # the default blur, as a share of the longer side


def map_values(attribution: Attribution | Tensor, x: Tensor) -> Tensor:
    """The map itself, of x's shape, with x's device and at least its precision."""
    values = attribution.values if isinstance(attribution, Attribution) else attribution
    if not isinstance(values, Tensor) or values.shape != x.shape:
        found = tuple(values.shape) if isinstance(values, Tensor) else type(values).__name__
        raise InputError(f"the map must have the input's shape {tuple(x.shape)}, got {found}")
    if not values.isfinite().all():
        raise InputError("the map holds NaN or infinite values")
    return values.detach().to(x.device, torch.promote_types(values.dtype, x.dtype))


def feature_scores(attribution: Attribution | Tensor, x: Tensor) -> Tensor:
    """The score of each feature: B x n. A pixel's is the sum over its channels."""
    values = map_values(attribution, x)
    return values.sum(1).flatten(1) if x.dim() == 4 else values.flatten(1)


def substrate_like(x: Tensor, substrate: str | Tensor, sigma: float | None) -> Tensor:
    """What replaces a removed feature, of x's shape.

    "black" is 0 in the units of x, "mean" each item's own mean (of each channel), "blurred" the image under a Gaussian.
    """
    if sigma is not None and (isinstance(substrate, Tensor) or substrate != "blurred"):
        raise InputError("sigma is the width of the blur: it needs substrate='blurred'")
    if isinstance(substrate, Tensor):
        if substrate.shape != x.shape or not substrate.isfinite().all():
            raise InputError(f"a substrate must be finite and of the input's shape {tuple(x.shape)}, or a name")
        return substrate.detach().to(x)
    if substrate not in SUBSTRATES:
        raise InputError(f"substrate must be a tensor or one of {', '.join(SUBSTRATES)}, got {substrate!r}")
    if substrate == "black":
        return torch.zeros_like(x)
    if substrate == "mean":
        return x.mean(tuple(range(2 if x.dim() == 4 else 1, x.dim())), keepdim=True).expand_as(x)
    return blurred(x, sigma=sigma)


def blurred(x: Tensor, *, sigma: float | None = None) -> Tensor:
    """Each channel under a Gaussian whose weights sum to one at every pixel, also at the border: B x C x H x W.

    `sigma` is in pixels; None means 20 at a longer side of 224 pixels, and in proportion elsewhere.
    """
    if x.dim() != 4:
        raise InputError(f"only images B x C x H x W can be blurred, got shape {tuple(x.shape)}")
    sigma = SIGMA_SHARE * max(x.shape[2:]) if sigma is None else sigma
    if not (math.isfinite(sigma) and sigma > 0):
        raise InputError(f"sigma must be finite and positive, got {sigma}")
    wide = x.to(torch.promote_types(x.dtype, torch.float32))

    def weights(length: int) -> Tensor:  # L x L, each row sums to one
        at = torch.arange(length, device=x.device, dtype=wide.dtype)
        return (-0.5 * ((at[:, None] - at) / sigma).square()).softmax(1)

    return (weights(x.shape[2]) @ wide @ weights(x.shape[3]).T).to(x.dtype)


def mixtures(
    field: ScalarField, x: Tensor, other: Tensor, rank: Tensor, *, owner: Tensor, order: Tensor, count: Tensor
) -> Iterator[tuple[slice, Tensor, Tensor]]:
    """f at R mixtures: row r is x[owner[r]] with the features of rank below count[r] taken from `other`.

    `rank` holds the place of each feature in several orders (M x n), of which `order` picks one a row. Yields the
    slice of rows, their masks (c x n) and their values (c), for as many rows at once as the field's batch holds.
    Cost: R forward passes.
    """
    step = field.rows_at_once(x)
    for begin in range(0, len(owner), step):
        rows = slice(begin, begin + step)
        mask = rank[order[rows]] < count[rows, None]  # c x n
        shaped = mask.reshape(-1, *((1, *x.shape[2:]) if x.dim() == 4 else x.shape[1:]))  # c x (1 x H x W or ...)
        points = torch.where(shaped, other[owner[rows]], x[owner[rows]])
        yield rows, mask, field.for_rows(owner[rows]).value(points)


def check_count(name: str, value: int, lowest: int, highest: int | None = None) -> None:
    if not isinstance(value, int) or value < lowest or (highest is not None and value > highest):
        bound = f"of at least {lowest}" if highest is None else f"between {lowest} and {highest}"
        raise InputError(f"{name} must be a whole number {bound}, got {value!r}")
