"""Is one method better than another, and better than nothing? Paired intervals, and two controls to compare with."""

from copy import deepcopy
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..attribution import Attribution
from ..draws import normal, seeded
from ..errors import InputError
from .features import check_count

BLOCK_FLOATS = 2**22  # a block of resamples holds at most this many numbers


@dataclass(frozen=True)
class Difference:
    """The mean of first − second, and its 95 % interval."""

    mean: float
    low: float
    high: float


def paired_difference(
    first: Tensor, second: Tensor, *, resamples: int = 10_000, generator: torch.Generator | None = None
) -> Difference:
    """The mean of first − second over items, with the 95 % interval of a bootstrap over items (Efron 1979).

    `first` and `second` are scores of the same items, B each. The interval is that of percentiles: somewhat narrow
    for fewer than about 20 items. Cost: `resamples` means of B numbers.
    """
    check_count("resamples", resamples, 100)
    difference = _differences(first, second)  # B
    generator, count = seeded(generator), len(difference)
    means, step = [], max(1, BLOCK_FLOATS // count)
    for begin in range(0, resamples, step):
        shape = min(step, resamples - begin), count
        drawn = torch.randint(count, shape, generator=generator, device=generator.device)
        means.append(difference[drawn.to(difference.device)].mean(1))
    ends = torch.tensor([0.025, 0.975], device=difference.device, dtype=difference.dtype)
    low, high = torch.cat(means).quantile(ends).tolist()
    return Difference(float(difference.mean()), low, high)


def random_attribution(x: Tensor, generator: torch.Generator | None = None) -> Attribution:
    """A map of standard normal numbers, another one for each item: what any explanation has to beat. Free of cost."""
    x = x.detach()
    return Attribution(method="random", inputs=x, values=normal(x.shape, seeded(generator), x))


def randomised(model: nn.Module, generator: torch.Generator | None = None) -> nn.Module:
    """A copy whose parameters are re-drawn (Adebayo et al. 2018): an explanation of it should look different.

    Each parameter becomes normal numbers with its own mean and standard deviation, so that the scale of each layer
    stays (a batch normalisation's weights stay near 1); one of equal numbers stays as it is, and so do all buffers.
    """
    generator, copied = seeded(generator), deepcopy(model)
    with torch.no_grad():
        for parameter in copied.parameters():
            spread = parameter.std(correction=0)
            parameter.copy_(parameter.mean() + spread * normal(parameter.shape, generator, parameter))
    return copied


def _differences(first: Tensor, second: Tensor) -> Tensor:
    for scores in (first, second):
        if not isinstance(scores, Tensor) or scores.dim() != 1:
            raise InputError("scores to compare must be tensors with one number an item")
        if not scores.isfinite().all():
            raise InputError("the scores hold NaN or infinite values")
    if len(first) != len(second) or len(first) < 2:
        raise InputError(f"paired scores need the same 2 or more items, got {len(first)} and {len(second)}")
    wide = torch.promote_types(torch.promote_types(first.dtype, second.dtype), torch.float32)
    return first.detach().to(wide) - second.detach().to(first.device, wide)
