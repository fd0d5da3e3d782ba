import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import xai_tutorial as xt
from oracles.mixtures import Bumps

X = torch.tensor([[0.3, 0.1], [-1.0, 2.0], [0.0, 0.0]], dtype=torch.float64)


def test_the_numbers_of_the_correction(two_gaussians):
    flow = two_gaussians.heatflow(X[:1], time=0.7)[0]
    assert flow.tolist() == pytest.approx([0.0123, -0.0707], abs=5e-5)
    assert float(flow.sum()) == pytest.approx(-0.058406, abs=5e-7)


def test_derivatives_against_autograd(two_gaussians):
    warm = two_gaussians.heat(0.4)
    for x in X:
        hessian = torch.func.hessian(lambda p: warm(p[None])[0])(x)
        assert torch.allclose(warm.second_derivatives(x[None])[0], hessian.diag())
        assert torch.allclose(warm.gradient(x[None])[0], torch.func.grad(lambda p: warm(p[None])[0])(x))
        third = torch.func.jacrev(lambda p: warm.second_derivatives(p[None])[0])(x)
        assert torch.allclose(warm._third_derivatives(x[None])[0], third)


def test_density_keeps_its_mass_under_heat(two_gaussians):
    axis = torch.linspace(-14, 14, 401, dtype=torch.float64)
    grid = torch.cartesian_prod(axis, axis)
    for t in (0.0, 1.0, 3.0):
        assert float(two_gaussians.heat(t)(grid).sum()) * float(axis[1] - axis[0]) ** 2 == pytest.approx(2, rel=1e-6)


def test_heat_is_a_semigroup(two_gaussians):
    assert torch.allclose(two_gaussians.heat(0.3).heat(0.5)(X), two_gaussians.heat(0.8)(X))


@pytest.mark.parametrize("dimensions", [1, 3, 40, 1024])
def test_against_an_oracle_of_its_own(dimensions):
    bumps = Bumps(dimensions, seed=dimensions)
    mixture = xt.GaussianMixture(bumps.means, bumps.widths[:, None], bumps.heights, normalised=False)
    x = torch.randn(2, dimensions, generator=torch.Generator().manual_seed(7), dtype=torch.float64)
    assert torch.allclose(mixture(x), bumps(x))
    assert torch.allclose(mixture.heat(0.5)(x), bumps.smoothed(x, 0.5))
    assert torch.allclose(mixture.heatflow(x, time=0.5), bumps.heatflow(x, 0.5), rtol=1e-5, atol=1e-10)


@settings(deadline=None, max_examples=40)
@given(
    means=st.lists(st.floats(-3, 3), min_size=6, max_size=6),
    widths=st.lists(st.floats(0.05, 4), min_size=6, max_size=6),
    time=st.floats(0, 1e4),
)
def test_the_parts_add_up(means, widths, time):
    shape = {"dtype": torch.float64}
    mixture = xt.GaussianMixture(
        torch.tensor(means, **shape).reshape(2, 3), torch.tensor(widths, **shape).reshape(2, 3), [1.0, -2.0]
    )
    x = torch.tensor([[0.2, -0.1, 0.6]], **shape)
    change = mixture.heat(time)(x) - mixture(x)
    assert torch.allclose(mixture.heatflow(x, time=time).sum(1), change, atol=1e-9, rtol=1e-9)


def test_features_change_places_with_their_attributions(two_gaussians):
    turned = xt.GaussianMixture(two_gaussians.means.flip(1), two_gaussians.variances.flip(1))
    assert torch.allclose(turned.heatflow(X.flip(1), time=1.0), two_gaussians.heatflow(X, time=1.0).flip(1))


def test_float32_is_enough_for_a_picture(two_gaussians):
    single = xt.GaussianMixture(two_gaussians.means.float(), two_gaussians.variances.float())
    flow = single.heatflow(X.float(), time=2.0)
    assert flow.dtype == torch.float32
    assert torch.allclose(flow.double(), two_gaussians.heatflow(X, time=2.0), atol=1e-5)


def test_gam_limit_needs_an_integrable_part():
    """Proposition 2 and its correction: a bump tends to -f_i; a flat part of height h, which does not decay, to 0."""
    bump = xt.GaussianMixture(torch.zeros(1, 1, dtype=torch.float64), 0.5)
    x = torch.tensor([[0.4]], dtype=torch.float64)
    assert torch.allclose(bump.heatflow(x, time=1e9)[0], -bump(x), rtol=1e-3)
    flat = xt.GaussianMixture(torch.zeros(1, 1, dtype=torch.float64), 1e15, normalised=False)
    assert float(flat.heatflow(x, time=1e9)) == pytest.approx(0, abs=1e-5)


def test_interaction_strength_is_the_same_for_both_of_two_features(two_gaussians):
    r = two_gaussians.interaction_strength(X, time=2.0)
    assert torch.allclose(r[:, 0], r[:, 1])
    assert (r > 0).all()


def test_interaction_strength_by_autograd(two_gaussians):
    time = 0.7
    for x in X:
        slopes = torch.func.jacrev(lambda p: two_gaussians.heatflow(p[None], time=time)[0])(x)
        own = torch.func.grad(lambda p: (two_gaussians.heat(time)(p[None]) - two_gaussians(p[None]))[0])(x)
        residual = (slopes - torch.diag(own)).square().sum(1)
        assert torch.allclose(two_gaussians.interaction_strength(x[None], time=time)[0], residual)


@pytest.mark.parametrize("time", [-1.0, math.nan, math.inf])
def test_time_must_make_sense(two_gaussians, time):
    with pytest.raises(xt.InputError, match="not negative"):
        two_gaussians.heat(time)


def test_variances_must_be_positive():
    with pytest.raises(xt.InputError, match="positive"):
        xt.GaussianMixture(torch.zeros(1, 2), 0.0)
