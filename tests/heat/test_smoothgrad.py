import pytest
import torch

import xai_tutorial as xt

X = torch.tensor([[0.3, 0.1], [-1.0, 0.8]], dtype=torch.float64)


def test_is_the_gradient_of_the_heat_flow(two_gaussians):
    sigma = 0.9
    found = xt.smoothgrad(xt.ScalarField(two_gaussians), X, sigma=sigma, samples=8000)
    z = (found.values - two_gaussians.heat(sigma**2 / 2).gradient(X)) / found.standard_error
    assert z.abs().max() < 4
    wrong_clock = (found.values - two_gaussians.heat(sigma**2).gradient(X)) / found.standard_error
    assert wrong_clock.abs().max() > 4


def test_without_noise_it_is_the_gradient(two_gaussians):
    field = xt.ScalarField(two_gaussians)
    assert torch.allclose(xt.smoothgrad(field, X, sigma=0.0, samples=4).values, field.gradient(X))


def test_any_batch_split_gives_the_same(smooth_net):
    x = torch.randn(3, 4, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    target = torch.tensor([2, 0, 1])
    whole = xt.smoothgrad(xt.ScalarField(smooth_net, target), x, samples=10).values
    split = xt.smoothgrad(xt.ScalarField(smooth_net, target, batch_size=4), x, samples=10).values
    assert torch.allclose(whole, split, atol=1e-12)


def test_promises_no_sum(two_gaussians):
    found = xt.smoothgrad(xt.ScalarField(two_gaussians), X, samples=4)
    assert found.total is None
    assert found.gap is None
    assert found.evaluations == 8


def test_bad_noise(two_gaussians):
    for sigma in (-1.0, float("nan")):
        with pytest.raises(xt.InputError, match="sigma"):
            xt.smoothgrad(xt.ScalarField(two_gaussians), X, sigma=sigma)
