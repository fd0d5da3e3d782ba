import pytest
import torch

import xai_tutorial as xt

X = torch.tensor([[0.3, 0.1], [-0.5, 0.2]], dtype=torch.float64)


def test_finds_the_closed_form(two_gaussians):
    found = xt.interaction_strength(xt.ScalarField(two_gaussians, batch_size=4096), X, time=0.7, samples=8000)
    assert torch.allclose(found, two_gaussians.interaction_strength(X, time=0.7), atol=3e-4)


def test_vanishes_for_an_additive_function_and_not_for_a_product():
    runs = [
        xt.interaction_strength(
            xt.ScalarField(lambda x: x[:, 0].sin() + x[:, 1] ** 2), X, time=0.2, samples=500, generator=generator
        )
        for generator in (torch.Generator().manual_seed(s) for s in range(8))
    ]
    mean, error = torch.stack(runs).mean(0), torch.stack(runs).std(0) / 8**0.5
    assert (mean.abs() < 4 * error + 1e-9).all()
    product = xt.interaction_strength(xt.ScalarField(lambda x: (x[:, 0] * x[:, 1]).sin()), X, time=0.2, samples=500)
    assert (product > 10 * error).all()


def test_features_are_chosen_by_index(two_gaussians):
    field = xt.ScalarField(two_gaussians)
    one = xt.interaction_strength(field, X, time=0.5, features=[1], samples=64)
    both = xt.interaction_strength(field, X, time=0.5, samples=64)
    assert torch.allclose(one[:, 0], both[:, 1])
    for features in ([], [2], [-1]):
        with pytest.raises(xt.InputError, match="indices below 2"):
            xt.interaction_strength(field, X, time=0.5, features=features)
