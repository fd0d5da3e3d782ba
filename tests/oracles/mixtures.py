"""Sums of bumps in any dimension whose values neither vanish nor overflow, written without the library."""

import math

import torch
from torch import Tensor


class Bumps:
    """sum_k h_k exp(-|x - mu_k|^2 / (2 v_k)), isotropic terms; the flow is integrated by plain trapezoids in sqrt t."""

    def __init__(self, dimensions: int, seed: int):
        gen = torch.Generator().manual_seed(seed)
        self.means = torch.randn(3, dimensions, generator=gen, dtype=torch.float64)
        self.widths = dimensions * (0.4 + torch.rand(3, generator=gen, dtype=torch.float64))
        self.heights = torch.tensor([1.0, -0.6, 0.8], dtype=torch.float64)

    def __call__(self, x: Tensor) -> Tensor:
        squares = (x[:, None] - self.means).square().sum(2)
        return (self.heights * (-squares / (2 * self.widths)).exp()).sum(1)

    def smoothed(self, x: Tensor, t: float) -> Tensor:
        dimensions, wide = x.shape[1], self.widths + 2 * t
        squares = (x[:, None] - self.means).square().sum(2)
        shrink = (self.widths / wide) ** (dimensions / 2)
        return (self.heights * shrink * (-squares / (2 * wide)).exp()).sum(1)

    def heatflow(self, x: Tensor, time: float, steps: int = 4000) -> Tensor:
        """int_0^T d_i^2 P_t f dt with t = s^2: B x D."""
        s = torch.linspace(0, math.sqrt(time), steps + 1, dtype=torch.float64)
        flow = torch.zeros_like(x)
        for k, root in enumerate(s):
            weight = (0.5 if k in (0, steps) else 1.0) * (s[1] - s[0]) * 2 * root
            flow += weight * self._second(x, float(root**2))
        return flow

    def _second(self, x: Tensor, t: float) -> Tensor:
        dimensions, wide = x.shape[1], self.widths + 2 * t
        offset = x[:, None] - self.means  # B x K x D
        shrink = (self.widths / wide) ** (dimensions / 2)
        bumps = self.heights * shrink * (-offset.square().sum(2) / (2 * wide)).exp()  # B x K
        return (bumps[..., None] * (offset.square() / wide[:, None] ** 2 - 1 / wide[:, None])).sum(1)
