"""Against captum on the same model, the same maps and the same perturbations."""

import pytest
import torch
from torch import nn

import xai_tutorial as xt
from xai_tutorial.draws import normal, uniform
from xai_tutorial.judges import deletion, infidelity, insertion, max_sensitivity
from xai_tutorial.judges.features import blurred

captum = pytest.importorskip("captum")
from captum.attr import FeatureAblation, Saliency  # noqa: E402
from captum.metrics import infidelity as captum_infidelity  # noqa: E402
from captum.metrics import sensitivity_max  # noqa: E402

SAMPLES = 9
TARGET = torch.tensor([2, 0, 1])


def draw(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


X, MAP = draw(3, 2, 6, 5, seed=1), draw(3, 2, 6, 5, seed=2)


@pytest.fixture
def net() -> nn.Module:
    with torch.random.fork_rng():
        torch.manual_seed(4)
        layers = [nn.Conv2d(2, 6, 3, padding=1), nn.SiLU(), nn.Flatten(), nn.Linear(180, 3)]
        return nn.Sequential(*layers).double().eval()


def same_for_every_item(draws: torch.Tensor) -> torch.Tensor:
    """Captum repeats each item in a row: item 0 with every draw, item 1 with every draw, ...."""
    return draws.repeat(len(X), 1, 1, 1)


@pytest.mark.parametrize("normalize", [False, True])
def test_infidelity(net, normalize):
    generator = torch.Generator().manual_seed(0)
    noise = 0.2 * torch.stack([normal(X.shape[1:], generator, X) for _ in range(SAMPLES)])

    def perturb(inputs):
        steps = same_for_every_item(noise)
        return steps, inputs - steps

    expected = captum_infidelity(net, perturb, X, MAP, target=TARGET, n_perturb_samples=SAMPLES, normalize=normalize)
    field = xt.ScalarField(net, TARGET)
    found = infidelity(field, X, MAP, sigma=0.2, samples=SAMPLES, normalize=normalize)
    assert torch.allclose(found, expected, rtol=1e-5, atol=0)
    other = infidelity(field, X, MAP, sigma=0.21, samples=SAMPLES, normalize=normalize)
    assert not torch.allclose(other, expected, rtol=1e-3)  # the comparison can fail


@pytest.mark.filterwarnings("ignore:Input Tensor 0 did not already require gradients")
def test_max_sensitivity(net):
    generator = torch.Generator().manual_seed(0)
    steps = 0.1 * torch.stack([2 * uniform(X.shape[1:], generator, X) - 1 for _ in range(SAMPLES)])
    expected = sensitivity_max(
        Saliency(net).attribute,
        X,
        perturb_func=lambda inputs: inputs + same_for_every_item(steps),
        n_perturb_samples=SAMPLES,
        target=TARGET,
        abs=False,
    )
    field = xt.ScalarField(net, TARGET)
    found = max_sensitivity(field, X, lambda field, x: field.gradient(x), radius=0.1, samples=SAMPLES)
    assert torch.allclose(found, expected, rtol=1e-5, atol=0)
    other = max_sensitivity(field, X, lambda field, x: field.gradient(x), radius=0.12, samples=SAMPLES)
    assert not torch.allclose(other, expected, rtol=1e-3)


def test_max_sensitivity_of_a_map_of_zeros(net):
    steps = same_for_every_item(torch.full((SAMPLES, 2, 6, 5), 0.1, dtype=X.dtype))
    zero = torch.zeros_like(X)
    expected = sensitivity_max(lambda x: x, zero, lambda x: x + steps, n_perturb_samples=SAMPLES)
    found = max_sensitivity(xt.ScalarField(net, TARGET), zero, lambda field, x: x.sign() * 0.1, radius=0.1)
    assert torch.allclose(found, expected, rtol=1e-5, atol=0)


@pytest.mark.parametrize("substrate", ["black", "blurred"])
def test_every_step_of_a_deletion_is_an_ablation(net, substrate):
    """Captum has no curves, but the ablation of a group: f(x) - f(x with the group replaced)."""
    field = xt.ScalarField(net, TARGET)
    other = torch.zeros_like(X) if substrate == "black" else blurred(X)
    rank = MAP.sum(1).flatten(1).argsort(dim=1, descending=True).argsort(1).reshape(3, 1, 6, 5)
    found = deletion(field, X, MAP, step=4, substrate=substrate)
    shown = insertion(field, X, MAP, step=4, substrate=substrate)
    for place, count in enumerate((0, 4, 8, 12, 16, 20, 24, 28, 30)):
        for curve, start, end in ((found, X, other), (shown, other, X)):
            if 0 < count < 30:
                groups = (rank < count).expand_as(X).long()
                lost = FeatureAblation(net).attribute(start, end, TARGET, feature_mask=groups)
                lost = torch.stack([lost[b][groups[b] == 1][0] for b in range(3)])
                assert torch.allclose(curve.values[:, place], field.value(start) - lost, rtol=1e-5)
    assert found.values.shape == (3, 9)
