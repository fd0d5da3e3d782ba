"""What the papers print that does not hold, each as a small computation: the printed number, ours, and the truth.

The truth is always reached by a way of its own, so that a demonstration can fail.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..draws import normal, seeded
from ..heat import GaussianMixture


@dataclass(frozen=True)
class Demonstration:
    """`printed` is what the paper's text gives, `holds` what the library computes, `truth` the check of both."""

    quantity: str
    printed: float
    holds: float
    truth: float
    tolerance: float  # how close `holds` comes to `truth`


@dataclass(frozen=True)
class Correction:
    id: str
    where: str
    printed: str
    holds: str
    demonstrate: Callable[[], Demonstration]


def printed_gaussian_flow(mixture: GaussianMixture, x: Tensor, *, time: float, nodes: int = 200) -> Tensor:
    """HeatFlow of a sum of Gaussians by the last formula of Appendix A.3 as printed: B x D.

    It has neither the exponential nor the (x - mu)^2 term, so that it does not depend on x.
    """
    points, weights = np.polynomial.legendre.leggauss(nodes)
    flow = torch.zeros_like(x)
    for point, weight in zip(points, weights, strict=True):
        grown = mixture.variances + time * (point + 1)  # K x D: v + 2t
        peak = (2 * math.pi * grown).prod(1).rsqrt() * mixture.weights  # K
        flow = flow - (weight * time / 2) * (peak[:, None] / grown).sum(0)
    return flow


def _example() -> tuple[GaussianMixture, Tensor, float]:
    means = torch.tensor([[-1.0, 0.5], [1.2, -0.4]], dtype=torch.float64)
    variances = torch.tensor([[0.5, 0.9], [0.8, 0.3]], dtype=torch.float64)
    return GaussianMixture(means, variances), torch.tensor([[0.3, 0.1]], dtype=torch.float64), 0.7


def _gaussian_flow() -> Demonstration:
    mixture, x, time = _example()
    return Demonstration(
        "sum of the two contributions at x = (0.3, 0.1), T = 0.7; the truth is P_T f - f",
        float(printed_gaussian_flow(mixture, x, time=time).sum()),
        float(mixture.heatflow(x, time=time).sum()),
        float(mixture.heat(time)(x) - mixture(x)),
        1e-9,
    )


def _two_clocks() -> Demonstration:
    x, t, k = 0.4, 0.3, 2.0
    points, weights = np.polynomial.hermite_e.hermegauss(60)

    def average(variance: float) -> float:
        return float(weights @ np.cos(k * (x + math.sqrt(variance) * points)) / weights.sum())

    return Demonstration(
        "u(0.3, 0.4) for f(x) = cos 2x as E f(X_t); the truth solves du/dt = Laplacian u",
        average(t),
        average(2 * t),
        math.exp(-(k**2) * t) * math.cos(k * x),
        1e-9,
    )


def _expected_gradients() -> Demonstration:
    mixture, x, time = _example()
    noise = normal((20000, 2), seeded(None), x)
    points, weights = np.polynomial.legendre.leggauss(20)
    baselines = torch.cat([x + math.sqrt(2 * time) * noise, x - math.sqrt(2 * time) * noise])  # N x 2
    mean = torch.zeros_like(baselines)
    for point, weight in zip(points, weights, strict=True):
        mean += weight / 2 * mixture.gradient(baselines + (point + 1) / 2 * (x - baselines))
    expected = float(((x - baselines) * mean).mean(0)[1])
    return Demonstration(
        "HeatFlow of x2 from Expected Gradients with baselines N(x, 2T), 40,000 draws; the truth is the closed form",
        expected,
        -expected,
        float(mixture.heatflow(x, time=time)[0, 1]),
        2e-3,
    )


def _sign_of_codifferential() -> Demonstration:
    mixture, x, time = _example()

    def flow(point: Tensor) -> Tensor:
        return mixture.heatflow(point[None], time=time)[0, 0]

    source = float((mixture.heat(time).second_derivatives(x) - mixture.second_derivatives(x))[0, 0])
    return Demonstration(
        "Laplacian of HeatFlow of x1 at x = (0.3, 0.1), T = 0.7; printed d* d_1 with d* = -div, ours div d_1",
        -source,
        source,
        float(torch.func.hessian(flow)(x[0]).trace()),
        1e-7,
    )


def _limit_of_a_gam() -> Demonstration:
    x, time = 0.8, 1e8

    def step(z: float) -> float:  # the normal distribution function: bounded, smooth, not in L1, average 1/2
        return 0.5 * (1 + math.erf(z / math.sqrt(2)))

    return Demonstration(
        "HeatFlow of f(x) = Phi(x) at x = 0.8, T = 1e8; the truth is Phi(x / sqrt(1 + 2T)) - Phi(x)",
        -step(x),
        0.5 - step(x),
        step(x / math.sqrt(1 + 2 * time)) - step(x),
        1e-4,
    )


CORRECTIONS = (
    Correction(
        "heatflow/1",
        "Appendix A.3, last formula",
        "A contribution that depends on the variances alone.",
        "The second derivative of N(x; mu, v + 2t) keeps its exponential and its (x - mu)^2 term.",
        _gaussian_flow,
    ),
    Correction(
        "heatflow/2",
        "Sections 2.2 and 2.3",
        "Brownian motion with generator Laplacian/2 solves du/dt = Laplacian u.",
        "With du/dt = Laplacian u, a walker has variance 2t in each coordinate.",
        _two_clocks,
    ),
    Correction(
        "heatflow/3",
        "Section 4, Expected Gradients",
        "HeatFlow and Expected Gradients with a Gaussian baseline are the same.",
        "They are each other's negative; the proof is Stein's identity.",
        _expected_gradients,
    ),
    Correction(
        "heatflow/5",
        "Section 3.3, Eq. 9 and Proposition 3",
        "The Laplacian of HeatFlow_i is d* d_i (P_t f - f), with d* = -div.",
        "It is div d_i (P_t f - f): the sign is the other one.",
        _sign_of_codifferential,
    ),
    Correction(
        "heatflow/6",
        "Proposition 2",
        "For an additive f, HeatFlow_i tends to -f_i.",
        "That needs f_i to be integrable; a bounded f_i tends to its average minus f_i.",
        _limit_of_a_gam,
    ),
)
