"""The checks of `02_one_integral_many_paths`."""

import math

import torch

from ..field import ScalarField
from ..heat import GaussianMixture, heatflow
from ..paths import StraightPath, integrate
from .exercises import Wrong, call, close, exercise


def _pair(answer) -> list[float]:
    if not isinstance(answer, (tuple, list)) or len(answer) != 2:
        raise Wrong("Answer with a pair (a1, a2).")
    return [float(part) for part in answer]


@exercise(
    "2.1",
    "On the first leg only x1 moves: what is ∂f/∂x1 = 2 x1 x2 there, with x2 = 0?",
    "On the second leg x1 = 1 and only x2 moves: integrate ∂f/∂x2 = x1² from 0 to 1.",
)
def shares_round_the_corner(answer) -> None:
    first, second = _pair(answer)
    if close(first, 2 / 3) and close(second, 1 / 3):
        raise Wrong("Those are the shares of the straight line.")
    if close(first, 1) and close(second, 0):
        raise Wrong("That is the other corner: there x2 moves first.")
    if not close(first + second, 1):
        raise Wrong(f"The two must add up to f(1, 1) − f(0, 0) = 1; yours add up to {first + second:g}.")
    if not (close(first, 0) and close(second, 1)):
        raise Wrong("They add up, but they are not the shares of this path.")


@exercise(
    "2.3",
    "Take the points x' + s (x − x') for s in the middle of n equal steps, average the gradients there, and multiply.",
    "`gradient` takes a batch: build all points as n x D, and take the mean over the first dimension.",
)
def integrated_gradients_by_hand(answer) -> None:
    gen = torch.Generator(device="cpu").manual_seed(0)
    where = {"generator": gen, "device": gen.device, "dtype": torch.float64}
    x, baseline = torch.randn(3, **where), torch.randn(3, **where)
    field = ScalarField(lambda p: (p[:, 0] * p[:, 1]).sin() + p[:, 2] ** 3)
    exact = integrate(field, StraightPath(baseline[None], x[None]), steps=64)
    found = torch.as_tensor(call(answer, field.gradient, x, baseline)).flatten()
    if found.shape != (3,):
        raise Wrong(f"There should be one number for each of the 3 features; you return {found.numel()}.")
    if torch.allclose(found * (x - baseline), exact.values[0], atol=1e-2):
        raise Wrong("That is the mean gradient; it still has to be multiplied by x − x'.")
    if torch.allclose(found, -exact.values[0], atol=1e-2):
        raise Wrong("The sign is the other way round: the path goes from the baseline to x.")
    if not torch.allclose(found, exact.values[0], atol=1e-2):
        gap = float(found.sum() - exact.total)
        raise Wrong(f"Your values are off; their sum misses f(x) − f(x') by {gap:.3f} on this function.")


@exercise(
    "2.4",
    "Replace the sum by an integral: ∫∫ exp(−(m² + n²)/t²) dm dn = π t².",
    "π t² divided by π t.",
)
def sum_of_the_printed_kernel(answer) -> None:
    for t in (2.0, 5.0):
        m = torch.arange(-60, 61, dtype=torch.float64)
        exact = float((-(m[:, None] ** 2 + m**2) / t**2).exp().sum()) / (math.pi * t)
        found = float(call(answer, t))
        if close(found, 1.0):
            raise Wrong("A kernel that keeps a picture's brightness sums to 1, but this one does not: add it up.")
        if not close(found, exact, within=1e-3):
            raise Wrong(f"At t = {t:g} it sums to {exact:.4f}; you return {found:.4f}.")


@exercise(
    "2.2",
    "For which f does the gradient not change along any path?",
    "If ∇f is constant, ∫ ∂_i f dγ_i = ∂_i f · (end_i − start_i), whatever the path.",
)
def functions_for_which_no_path_matters(answer) -> None:
    names = {"2 x1 - x2", "x1 x2", "x1^2 + x2^3", "exp(x1) x2"}
    chosen = {answer} if isinstance(answer, str) else set(answer)
    if unknown := chosen - names:
        raise Wrong(f"{sorted(unknown)} is not among the four functions; write them as in the text.")
    if chosen & {"x1 x2", "exp(x1) x2"}:
        raise Wrong("One of those has a mixed derivative: its shares depend on what moves first.")
    if chosen != {"2 x1 - x2", "x1^2 + x2^3"}:
        raise Wrong("There is one more: an additive function need not be linear.")


@exercise(
    "2.5",
    "Both average line integrals between x and x + √(2T) e. Which end does each start from?",
    "HeatFlow attributes P_T f − f, Expected Gradients f − E f(baseline).",
)
def heatflow_from_expected_gradients(answer) -> None:
    mixture = GaussianMixture(torch.tensor([[0.5, -0.3]], dtype=torch.float64), 0.8)
    x = torch.tensor([[0.2, 0.4]], dtype=torch.float64)
    flow = heatflow(ScalarField(mixture), x, time=0.5, samples=64).values
    found = torch.as_tensor(call(answer, -flow))
    if torch.allclose(found, -flow):
        raise Wrong("So the paper says; but one walks from the point to the noise, the other back.")
    if not torch.allclose(found, flow):
        raise Wrong("It is simpler than that: no scaling is needed.")
