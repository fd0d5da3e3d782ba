"""The checks of `05_heat_flow`."""

import math

import torch

from .. import draws
from ..field import ScalarField
from ..heat import GaussianMixture
from .exercises import Wrong, call, close, exercise


@exercise(
    "5.1",
    "Put f(x) = x² into du/dt = Δu: what is Δu, and so how fast does E[X_t²] grow?",
    "u(t, x) = x² + 2t solves the equation, and u(t, x) = E[(x + noise)²] = x² + variance.",
)
def variance_of_a_walker(answer) -> None:
    for t in (0.3, 2.0):
        found = call(answer, t)
        if close(found, t):
            raise Wrong("That is the clock of the generator Δ/2; here the equation is du/dt = Δu.")
        if close(found, math.sqrt(2 * t)):
            raise Wrong("That is the standard deviation; the variance is asked for.")
        if not close(found, 2 * t):
            raise Wrong(f"At t = {t} the variance is {2 * t:g}; you return {float(found):g}.")


@exercise(
    "5.2",
    "Differentiate N(x; μ, v + 2t) twice with respect to x, by the product rule.",
    "The first derivative is −(x − μ)/(v + 2t) times the Gaussian; differentiating again gives two terms.",
)
def second_derivative_of_a_gaussian(answer) -> None:
    for x, mu, v, t in ((0.3, -1.0, 0.5, 0.7), (1.1, 1.1, 0.4, 0.2), (-2.0, 0.5, 1.0, 1.5)):
        point = torch.tensor([[x]], dtype=torch.float64)
        warm = GaussianMixture(torch.tensor([[mu]], dtype=torch.float64), v).heat(t)
        expected = float(warm.second_derivatives(point))
        printed = -1 / (v + 2 * t) / math.sqrt(2 * math.pi * (v + 2 * t))
        found = float(call(answer, x, mu, v, t))
        if close(found, printed) and not close(found, expected):
            raise Wrong("That is the formula as printed in Appendix A.3, which holds at x = μ only.")
        if close(found, -expected) and not close(found, expected):
            raise Wrong("The sign is the other way round: at its peak a Gaussian bends downwards.")
        if not close(found, expected):
            raise Wrong(f"At x = {x}, μ = {mu}, v = {v}, t = {t} it is {expected:.6f}; you return {found:.6f}.")


@exercise(
    "5.3",
    "Draw e ~ N(0, I) and t uniform on (0, T); average e ∂f(x + √(2t) e) / √(2t), times T.",
    "Use each e together with −e: e (∂f(x + √(2t) e) − ∂f(x − √(2t) e)) / (2 √(2t)), times T.",
    "Is your factor T there, and do you divide by √(2t) and not by 2t?",
)
def stein_by_hand(answer) -> None:
    means = torch.tensor([[0.5, -0.3, 0.2], [-0.8, 0.4, 0.0]], dtype=torch.float64)
    mixture = GaussianMixture(means, 0.8, torch.tensor([1.0, -0.5], dtype=torch.float64))
    x, time = torch.tensor([0.2, 0.1, -0.4], dtype=torch.float64), 0.6
    exact = mixture.heatflow(x[None], time=time)[0]
    state = torch.random.get_rng_state()
    torch.manual_seed(5)
    try:
        found = torch.as_tensor(call(answer, ScalarField(mixture).gradient, x, time)).flatten()
    finally:
        torch.random.set_rng_state(state)
    if found.shape != exact.shape:
        raise Wrong(f"There should be one number for each of the 3 features; you return {found.numel()}.")
    ratio = float((found * exact).sum() / exact.square().sum())
    error = float((found - exact).norm() / exact.norm())
    if close(ratio, 1 / time, within=0.1):
        raise Wrong("Your values are 1/T of what they should be: the mean over t is not yet the integral over t.")
    if close(ratio, -1, within=0.1):
        raise Wrong("The sign is the other way round.")
    if error > 0.15:
        raise Wrong(f"The relative error against the closed form is {100 * error:.0f} %; 15 % is allowed.")


@exercise(
    "5.5",
    "SmoothGrad averages the gradient over N(x, σ² I); P_t averages over N(x, 2t I).",
)
def time_of_smoothgrad(answer) -> None:
    for sigma in (0.2, 1.5):
        found = call(answer, sigma)
        if close(found, sigma**2):
            raise Wrong("That would be right for the generator Δ/2.")
        if not close(found, sigma**2 / 2):
            raise Wrong(f"For σ = {sigma} it is t = {sigma**2 / 2:g}; you return {float(found):g}.")


@exercise(
    "5.6",
    "For one variable the whole of P_T f − f belongs to it. What is the average of Φ over a very wide Gaussian?",
    "P_T Φ(x) = Φ(x / √(1 + 2T)), whose limit does not depend on x.",
)
def limit_for_a_bounded_part(answer) -> None:
    for x in (0.8, -0.4):
        phi = 0.5 * (1 + math.erf(x / math.sqrt(2)))
        found = call(answer, x)
        if close(found, -phi):
            raise Wrong("That is Proposition 2, which needs an integrable function; Φ does not decay.")
        if not close(found, 0.5 - phi):
            raise Wrong(f"At x = {x} the limit is {0.5 - phi:.6f}; you return {float(found):.6f}.")


@exercise(
    "5.7",
    "Which of these are sums of functions of one variable each, perhaps after you expand or take a logarithm?",
    "exp(x1 + x2) is a product; (x1 + x2)² has a mixed term; sin x1 + x2³ has none.",
)
def without_interaction(answer) -> None:
    names = {"sin x1 + x2^3", "(x1 + x2)^2", "exp(x1 + x2)", "2 x1 - x2"}
    chosen = {answer} if isinstance(answer, str) else set(answer)
    if unknown := chosen - names:
        raise Wrong(f"{sorted(unknown)} is not among the four functions; write them as in the text.")
    if chosen & {"(x1 + x2)^2", "exp(x1 + x2)"}:
        raise Wrong("One of those you chose has features that act together: its mixed derivative is not 0.")
    if chosen != {"sin x1 + x2^3", "2 x1 - x2"}:
        raise Wrong("There is one more.")


@exercise(
    "5.4",
    "A whole frame of D orthonormal directions satisfies Σ q qᵀ = I. What does that do to a quadratic form?",
    "Count directions: how many are in one frame in D dimensions?",
)
def directions_for_a_quadratic(answer) -> None:
    if not isinstance(answer, int):
        raise Wrong("Answer with a whole number.")
    if answer > 12:
        raise Wrong("Fewer are enough.")
    if answer != _fewest_exact():
        raise Wrong(f"{answer} directions leave an error; try it with `directions` from `xai_tutorial.draws`.")


def _fewest_exact(dimensions: int = 12) -> int:
    """The smallest number of directions whose mean D q_i (q^T H)_i is the diagonal of any H: found by trying."""
    gen = torch.Generator(device="cpu").manual_seed(1)
    like = torch.zeros(1, dtype=torch.float64)
    hessian = draws.normal((dimensions, dimensions), gen, like)
    hessian = hessian + hessian.T
    stream = draws.directions(dimensions, gen, like)
    total = torch.zeros(dimensions, dtype=torch.float64)
    for count in range(1, dimensions + 1):
        q = next(stream)
        total = total + dimensions * q * (hessian @ q)
        if torch.allclose(total / count, hessian.diag(), atol=1e-9):
            return count
    raise RuntimeError("a whole frame of directions must be exact for a quadratic form")
