"""A benchmark is worth something only if both sides compute the same."""

import pytest
import torch

import xai_tutorial as xt
from xai_tutorial.benchmarks import judges
from xai_tutorial.judges import deletion, insertion


@pytest.fixture
def digits():
    found = xt.mnist("test", size=32, count=2)
    field = xt.ScalarField(xt.load("digits_relu"), found.labels)
    return field, found.images, found.images * field.gradient(found.images)


@pytest.mark.parametrize("step", [256, 300])
def test_the_loop_over_steps_finds_our_curves(digits, step):
    field, x, scores = digits
    ours = [judge(field, x, scores, step=step).values for judge in (deletion, insertion)]
    assert torch.allclose(judges.curves_by_steps(*digits, step), torch.stack(ours, 1), atol=1e-4)


def test_the_loop_over_images_finds_what_the_batch_finds(digits):
    whole = judges._correlations_of(*digits)()
    assert torch.allclose(judges.one_image_at_a_time(*digits, judges._correlations_of)(), whole, atol=1e-4)


def test_the_loop_over_subsets_estimates_the_same(digits, monkeypatch):
    """Other subsets of the same size: the same within the error of a correlation of 30 pairs."""
    monkeypatch.setattr(judges, "SIZES", [200])
    monkeypatch.setattr(judges, "SUBSETS", 30)
    found, ours = judges.correlations_by_subsets(*digits), judges._correlations_of(*digits)()
    assert found.shape == ours.shape == (2, 1)
    assert (found.atanh() - ours.atanh()).abs().max() < 4 * (2 / 27) ** 0.5
