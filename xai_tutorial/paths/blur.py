"""BlurIG: the path along which the picture itself melts, from wholly blurred to sharp (Xu et al., 2020)."""

import math

import torch
from torch import Tensor

from ..attribution import Attribution
from ..errors import InputError
from ..field import ScalarField
from .integral import integrate

FINEST = 0.1  # pixels: a kernel this narrow leaves a picture as it is to 1e-21


def blur_matrix(size: int, sigma: Tensor) -> Tensor:
    """K_ij proportional to exp(−(i − j)^2 / 2 sigma^2), each row's infinite sum 1: S x size x size for S widths.

    Beyond its border a picture is black. The paper's kernel (1 / pi t) exp(−(m^2 + n^2) / t^2) does not sum to one.
    """
    offsets = torch.arange(size, device=sigma.device, dtype=sigma.dtype)
    squares = (offsets[:, None] - offsets) ** 2
    wide = sigma.reshape(-1, 1, 1)
    # The sum over all integers: by its own terms where the kernel is narrow, by Poisson's formula where it is wide.
    terms = torch.arange(1, 13, device=sigma.device, dtype=sigma.dtype)
    narrow = 1 + 2 * (-(terms**2) / (2 * wide**2)).exp().sum(2, keepdim=True)
    broad = wide * math.sqrt(2 * math.pi) * (1 + 2 * (-2 * (math.pi * wide) ** 2).exp())
    return (-squares / (2 * wide**2)).exp() / torch.where(wide < 1, narrow, broad)


class BlurPath:
    """gamma(s) is the picture blurred by sigma(s), which falls geometrically from `widest` to FINEST pixels."""

    pieces = 1

    def __init__(self, x: Tensor, widest: float):
        if x.dim() < 3:
            raise InputError(f"only pictures B x ... x H x W can be blurred, got shape {tuple(x.shape)}")
        if not (math.isfinite(widest) and widest > FINEST):
            raise InputError(f"the widest blur must exceed {FINEST} pixels, got {widest}")
        self.picture, self.widest, self.end = x, widest, x
        self.start = self.at(torch.zeros(1, device=x.device, dtype=x.dtype))[0][0]

    def at(self, s: Tensor) -> tuple[Tensor, Tensor]:
        return torch.func.jvp(self._blurred, (s,), (torch.ones_like(s),))

    def _blurred(self, s: Tensor) -> Tensor:
        """S x B x ... x H x W."""
        sigma = self.widest * (FINEST / self.widest) ** s
        height, width = self.picture.shape[-2:]
        leading = [1] * (self.picture.dim() - 2)
        rows = blur_matrix(height, sigma).reshape(-1, *leading, height, height)
        columns = blur_matrix(width, sigma).reshape(-1, *leading, width, width)
        return rows @ self.picture @ columns.transpose(-1, -2)


def blur_ig(
    field: ScalarField,
    x: Tensor,
    *,
    widest: float | None = None,
    steps: int | str = 64,
    quadrature: str = "gauss-legendre",
) -> Attribution:
    """The line integral along the picture's own blurring; `widest` (pixels) is the picture's larger side if None.

    Cost: `steps` gradients.
    """
    field.check(x)
    path = BlurPath(x, max(x.shape[-2:]) if widest is None else widest)
    return integrate(field, path, steps=steps, quadrature=quadrature, method="BlurIG")
