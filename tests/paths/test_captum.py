"""Our methods and captum's on the same tensors."""

import pytest
import torch

import xai_tutorial as xt

captum = pytest.importorskip("captum.attr")
pytestmark = pytest.mark.filterwarnings("ignore")  # captum's own


@pytest.fixture
def digits():
    data = xt.mnist("test", size=32, count=4)
    return xt.load("digits_smooth"), data.images, data.labels


def close(ours, theirs):
    assert torch.allclose(ours, theirs.float(), atol=1e-5 * float(theirs.abs().max()), rtol=0)


def test_saliency(digits):
    model, x, y = digits
    theirs = captum.Saliency(model).attribute(x.clone(), y, abs=False)
    close(xt.gradient(xt.ScalarField(model, y), x).values, theirs)


def test_integrated_gradients(digits):
    model, x, y = digits
    theirs = captum.IntegratedGradients(model).attribute(x.clone(), 0.0, y, n_steps=32, method="gausslegendre")
    close(xt.integrated_gradients(xt.ScalarField(model, y), x, steps=32).values, theirs)


def test_integrated_gradients_from_another_baseline(digits):
    model, x, y = digits
    start = torch.full_like(x, 0.5)
    theirs = captum.IntegratedGradients(model).attribute(x.clone(), start, y, n_steps=20, method="riemann_middle")
    ours = xt.integrated_gradients(xt.ScalarField(model, y), x, baseline=0.5, steps=20, quadrature="midpoint")
    close(ours.values, theirs)


def test_input_times_gradient(digits):
    model, x, y = digits
    close(
        xt.input_times_gradient(xt.ScalarField(model, y), x).values,
        captum.InputXGradient(model).attribute(x.clone(), y),
    )


def test_smoothgrad_with_the_same_noise(digits):
    """captum draws from the global generator; ours is the mean over our own draws, taken with captum's gradients."""
    model, x, y = digits
    generator = torch.Generator().manual_seed(0)
    noise = [0.1 * torch.randn(x.shape[1:], generator=generator) for _ in range(3)]
    copies = [x + sign * n for n in noise for sign in (1, -1)]
    theirs = torch.stack([captum.Saliency(model).attribute(c.clone(), y, abs=False) for c in copies]).mean(0)
    close(xt.smoothgrad(xt.ScalarField(model, y), x, sigma=0.1, samples=3).values, theirs)
