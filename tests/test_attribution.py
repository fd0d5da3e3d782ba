import re

import pytest
import torch

import xai_tutorial as xt


@pytest.fixture
def images():
    values = torch.linspace(-1, 1, 2 * 3 * 4 * 4).reshape(2, 3, 4, 4)
    return xt.Attribution("Test", values.abs(), values, total=torch.tensor([1.0, 2.0]), evaluations=7)


def test_sum_and_gap(images):
    assert torch.allclose(images.sum, images.values.flatten(1).sum(1))
    assert torch.allclose(images.gap, images.sum - images.total)
    stacked = xt.Attribution("T", images.inputs, torch.stack([images.values] * 3), times=(1.0, 2.0, 3.0))
    assert stacked.sum.shape == (3, 2)
    assert stacked.gap is None


def test_it_says_what_it_is(images):
    assert repr(images) == images.describe()
    assert "7 gradients an input" in images.describe()


def test_it_shows_itself_with_an_alternative_text(images):
    page = images._repr_html_()
    assert re.search(r'<img alt="Test of 2 input\(s\).*?" ', page)
    assert "data:image/png;base64," in page


@pytest.mark.parametrize("shape", [(2, 3), (2, 1, 5, 5), (2, 5, 5), (7, 3, 4, 4)])
@pytest.mark.parametrize("times", [None, (0.1, 0.2)])
def test_any_shape_is_drawn_even_all_zero(shape, times):
    x = torch.rand(shape, generator=torch.Generator().manual_seed(0))
    values = torch.zeros((2, *shape) if times else shape)
    total = torch.zeros((2, shape[0]) if times else shape[0])
    picture = xt.Attribution("Test", x, values, total=total, times=times).show(items=3)
    assert len(picture.figure.axes) >= 3 if len(shape) > 2 else 2
    picture._repr_html_()


def test_features_have_names():
    made = xt.Attribution("Test", torch.ones(1, 2), torch.tensor([[1.0, -2.0]]))
    axes = made.show(names=["age", "height"]).figure.axes[0]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["age", "height"]
