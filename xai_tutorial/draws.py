"""Random draws for every method: seeded, on the caller's device, leaving the global random state alone."""

from collections.abc import Iterator

import torch
from torch import Tensor

from .errors import InputError

FRAME_FLOATS = 2**24  # a frame of orthonormal directions holds at most this many numbers


def seeded(generator: torch.Generator | None) -> torch.Generator:
    """The caller's generator, or a fresh one with seed 0: same call, same picture."""
    return torch.Generator(device="cpu").manual_seed(0) if generator is None else generator


def check_samples(samples: int) -> None:
    if not isinstance(samples, int) or samples < 2:
        raise InputError(f"samples must be a whole number of at least 2 (for a standard error), got {samples!r}")


def normal(shape, generator: torch.Generator, like: Tensor) -> Tensor:
    """Standard normal numbers with the device and dtype of `like`.

    They are drawn on the generator's device, so that a generator on the CPU gives every device the same numbers.
    """
    dtype = torch.promote_types(like.dtype, torch.float32)
    return torch.randn(shape, generator=generator, device=generator.device, dtype=dtype).to(like)


def uniform(shape, generator: torch.Generator, like: Tensor) -> Tensor:
    """Numbers uniform in [0, 1) with the device and dtype of `like`, drawn as `normal` draws."""
    dtype = torch.promote_types(like.dtype, torch.float32)
    return torch.rand(shape, generator=generator, device=generator.device, dtype=dtype).to(like)


def permutations(count: int, length: int, generator: torch.Generator, like: Tensor) -> Tensor:
    """`count` random orders of 0 to `length` - 1 on the device of `like`: count x length."""
    keys = torch.rand((count, length), generator=generator, device=generator.device, dtype=torch.float32)
    return keys.argsort(dim=1, stable=True).to(like.device)


def chi(shape, degrees: int, generator: torch.Generator, like: Tensor) -> Tensor:
    """Lengths of standard normal vectors in `degrees` dimensions."""
    return normal((*shape, degrees), generator, like).norm(dim=-1)


def stratified(count: int, columns: int, generator: torch.Generator, like: Tensor) -> Tensor:
    """`count` x `columns` numbers in (0, 1), one in each of `count` equal strata of every column, in random order."""
    where = {"generator": generator, "device": generator.device}
    order = torch.stack([torch.randperm(count, **where) for _ in range(columns)], 1)
    inside = torch.rand((count, columns), dtype=torch.promote_types(like.dtype, torch.float32), **where)
    return ((order + inside) / count).to(like)


def directions(dimensions: int, generator: torch.Generator, like: Tensor) -> Iterator[Tensor]:
    """Unit vectors, uniform on the sphere and orthogonal to each other within a frame of up to `dimensions` of them.

    Averages over a whole frame are exact for quadratic forms: sum_k q_k q_k^T = I.
    """
    frame = min(dimensions, max(1, FRAME_FLOATS // dimensions))
    wide = torch.promote_types(like.dtype, torch.float32)
    while True:
        gaussian = normal((dimensions, frame), generator, like).to(wide)
        yield from torch.linalg.qr(gaussian).Q.T.to(like)  # frame x D; signs do not matter to antithetic pairs


class RunningMean:
    """The mean of a stream of equally weighted tensors and its standard error, in constant memory (Welford)."""

    def __init__(self):
        self.count, self.mean, self._squares = 0, 0.0, 0.0

    def add(self, value: Tensor) -> None:
        self.count += 1
        step = value - self.mean
        self.mean = self.mean + step / self.count
        self._squares = self._squares + step * (value - self.mean)

    @property
    def standard_error(self) -> Tensor:
        return (self._squares / (self.count * (self.count - 1))) ** 0.5
