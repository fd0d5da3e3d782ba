"""Sums of Gaussians, whose heat flow is known in closed form: the oracle of this room and its toy example.

One clock everywhere: du/dt = Laplacian u, so that diffusion for a time t adds 2t to every variance.
"""

import math

import numpy as np
import torch
from torch import Tensor

from ..errors import InputError


class GaussianMixture:
    """f(x) = sum_k w_k N(x; mu_k, diag(v_k)), a function of B x D inputs (Appendix A.3 of heatflow).

    `means` is K x D; `variances` and `weights` broadcast to K x D and K. With `normalised=False` each term is
    w_k exp(-sum_i (x_i - mu_ki)^2 / (2 v_ki)), a bump of height w_k: in many dimensions a density would underflow.
    """

    def __init__(self, means: Tensor, variances, weights=1.0, *, normalised: bool = True):
        means = torch.as_tensor(means)
        if means.dim() != 2 or not means.is_floating_point():
            raise InputError(f"means must be a K x D tensor of floats, got shape {tuple(means.shape)}")
        like = {"dtype": means.dtype, "device": means.device}
        variances, weights = torch.as_tensor(variances, **like), torch.as_tensor(weights, **like)
        if not (variances > 0).all():
            raise InputError("every variance of a Gaussian must be positive")
        self.means = means  # K x D
        self.variances = variances.expand_as(means)  # K x D
        self.weights = weights.expand(len(means))  # K: the mass of each term, or its height
        self.normalised = normalised
        # Each term is w_k exp(offset_k - |x - mu_k|^2 / 2 v_k); heat changes both v and the offset.
        self._offset = -0.5 * (2 * math.pi * self.variances).log().sum(1) if normalised else torch.zeros_like(weights)

    def __call__(self, x: Tensor) -> Tensor:
        """f: B."""
        return (self._terms(x) * self.weights).sum(-1)

    def heat(self, time: float) -> "GaussianMixture":
        """P_t f, which is a sum of Gaussians again, with variances v + 2t."""
        _check_time(time)
        warmer = GaussianMixture(self.means, self.variances + 2 * time, self.weights, normalised=self.normalised)
        if not self.normalised:  # the mass stays, so a bump's height falls
            warmer._offset = self._offset + 0.5 * (self.variances / warmer.variances).log().sum(1)
        return warmer

    def gradient(self, x: Tensor) -> Tensor:
        """The gradient of f: B x D."""
        weighted = (self._terms(x) * self.weights)[..., None]  # B x K x 1
        return (-weighted * self._pull(x)).sum(1)

    def second_derivatives(self, x: Tensor) -> Tensor:
        """d^2 f / dx_i^2, the summands of the Laplacian: B x D."""
        weighted = (self._terms(x) * self.weights)[..., None]
        return (weighted * (self._pull(x) ** 2 - 1 / self.variances)).sum(1)

    def heatflow(self, x: Tensor, *, time: float) -> Tensor:
        """HeatFlow_i(x, T) = int_0^T d^2/dx_i^2 P_t f dt (Eq. 8 of heatflow): B x D.

        A one-dimensional integral of a closed form. The number of nodes doubles until the values of every point add
        up to P_T f - f, which is known exactly.
        """
        change = self.heat(time)(x) - self(x)
        tolerance = 2000 * torch.finfo(x.dtype).eps

        def second_derivatives(warm: "GaussianMixture") -> Tensor:
            second = warm.second_derivatives(x)
            return torch.stack([second, second.abs()])

        for nodes in (32, 64, 128, 256, 512, 1024):
            flow, size = self._over_time(time, nodes, second_derivatives)
            scale = self._size(x) + size.sum(1) + torch.finfo(x.dtype).tiny  # on which rounding is judged
            if ((flow.sum(1) - change).abs() <= tolerance * scale).all():
                return flow
        raise InputError(f"the closed form did not reach its tolerance at time {time}: use float64")

    def interaction_strength(self, x: Tensor, *, time: float, nodes: int = 128) -> Tensor:
        """r_i = |d HeatFlow_i - d_i (P_t f - f)|^2 (Eq. 10 of heatflow): B x D."""
        slopes = self._over_time(time, nodes, lambda warm: warm._third_derivatives(x))  # B x D (i) x D (j)
        own = self.heat(time).gradient(x) - self.gradient(x)
        return (slopes - torch.diag_embed(own)).square().sum(2)

    def _third_derivatives(self, x: Tensor) -> Tensor:
        """d/dx_j d^2/dx_i^2 f: B x D (i) x D (j)."""
        weighted = (self._terms(x) * self.weights)[..., None, None]  # B x K x 1 x 1
        pull, narrow = self._pull(x), 1 / self.variances
        even = pull**2 - narrow  # B x K x D
        own = torch.diag_embed(2 * pull * narrow)  # the extra term where j = i
        return (weighted * (own - even[..., :, None] * pull[..., None, :])).sum(1)

    def _over_time(self, time: float, nodes: int, integrand) -> Tensor:
        """int_0^T integrand(P_t f) dt by Gauss-Legendre in log(v_min + 2t), in which all scales look alike."""
        smallest = float(self.variances.min())
        points, weights = np.polynomial.legendre.leggauss(nodes)
        span = math.log1p(2 * time / smallest)
        total = 0.0
        for point, weight in zip(points, weights, strict=True):
            grown = smallest * math.exp(span * (point + 1) / 2)  # v_min + 2t
            total = total + integrand(self.heat((grown - smallest) / 2)) * (weight * span / 4 * grown)
        return total

    def _pull(self, x: Tensor) -> Tensor:
        """(x - mu) / v, the slope of each term's exponent: B x K x D."""
        return (x[:, None] - self.means) / self.variances

    def _terms(self, x: Tensor) -> Tensor:
        """Each Gaussian without its weight: B x K."""
        return (self._offset - 0.5 * ((x[:, None] - self.means) ** 2 / self.variances).sum(-1)).exp()

    def _size(self, x: Tensor) -> Tensor:
        """sum_k |w_k N_k|: B."""
        return (self._terms(x) * self.weights.abs()).sum(-1)


def _check_time(time: float) -> None:
    if not (math.isfinite(time) and time >= 0):
        raise InputError(f"time must be finite and not negative, got {time}")
