from itertools import pairwise

import numpy as np
import pytest
import torch

import xai_tutorial as xt
from xai_tutorial.paths import QUADRATURES

X = torch.tensor([[1.0, 2.0, -0.5], [0.3, -1.0, 0.8]], dtype=torch.float64)


def bent(x):
    """x1 x2^2 + sin x3."""
    return x[:, 0] * x[:, 1] ** 2 + x[:, 2].sin()


class Circle:
    """From (1, 0) to (0, 1) by a quarter circle: a path with a velocity of its own."""

    pieces = 1
    start = torch.tensor([[1.0, 0.0]], dtype=torch.float64)
    end = torch.tensor([[0.0, 1.0]], dtype=torch.float64)

    def at(self, s):
        angle = s * torch.pi / 2
        points = torch.stack([angle.cos(), angle.sin()], 1)[:, None]
        velocities = torch.stack([-angle.sin(), angle.cos()], 1)[:, None] * torch.pi / 2
        return points, velocities


def test_closed_forms_on_two_paths_between_the_same_ends():
    """f = x1^2 x2: a_1 = 2 int x1 x2 dx1 and a_2 = int x1^2 dx2, by hand on the circle and on the straight line."""
    field = xt.ScalarField(lambda x: x[:, 0] ** 2 * x[:, 1])
    round_ = xt.integrate(field, Circle(), steps=32)
    # x1 = cos, x2 = sin: a_1 = -2 int cos sin^2 = -2/3, a_2 = int cos^3 = 2/3
    assert round_.values[0].tolist() == pytest.approx([-2 / 3, 2 / 3])
    straight = xt.integrate(field, xt.StraightPath(Circle.start, Circle.end), steps=32)
    # x1 = 1 - s, x2 = s: a_1 = -2 int (1-s) s = -1/3, a_2 = int (1-s)^2 = 1/3
    assert straight.values[0].tolist() == pytest.approx([-1 / 3, 1 / 3])
    assert round_.total.tolist() == straight.total.tolist() == [0.0]


@pytest.mark.parametrize("name", QUADRATURES)
def test_quadratures_integrate_to_one_and_converge(name):
    nodes, weights = QUADRATURES[name](40)
    assert weights.sum() == pytest.approx(1)
    assert (nodes >= 0).all()
    assert (nodes <= 1).all()
    errors = []
    for steps in (50, 400):
        nodes, weights = QUADRATURES[name](steps)
        errors.append(abs(weights @ np.exp(nodes) - (np.e - 1)))
    assert errors[1] <= errors[0] / 7 or errors[1] < 1e-13


def test_the_gap_falls_with_the_steps():
    """What captum's users complained of: here the error never grows with the number of steps."""
    field = xt.ScalarField(lambda x: (3 * x).sin().sum(1))
    gaps = [float(xt.integrated_gradients(field, X, steps=steps).gap.abs().max()) for steps in (2, 4, 8, 16, 64, 512)]
    assert all(after <= before + 1e-13 for before, after in pairwise(gaps))
    assert gaps[-1] < 1e-13


def test_auto_refines_until_it_is_enough_or_says_so():
    field = xt.ScalarField(lambda x: (60 * x).sin().sum(1))
    found = xt.integrated_gradients(field, X, steps="auto")
    assert (found.gap.abs() <= 1e-3 * found.total.abs()).all()
    assert found.note == ""
    easy = xt.integrated_gradients(xt.ScalarField(bent), X, steps="auto")
    assert easy.evaluations < found.evaluations
    jumps = xt.ScalarField(lambda x: (1e5 * (x - 0.1234)).sigmoid().sum(1))
    hopeless = xt.integrated_gradients(jumps, X, steps="auto")
    assert "1024 steps leave a gap" in hopeless.note
    assert "Note: " in hopeless.describe()


def test_polyline_and_its_straight_special_case():
    field, start = xt.ScalarField(bent), torch.zeros_like(X)
    corner = torch.stack([start, X * torch.tensor([1.0, 0.0, 1.0], dtype=X.dtype), X])
    found = xt.integrate(field, xt.Polyline(corner), steps=64)
    # First x1 and x3 move with x2 = 0, then x2 alone with x1 at its end.
    assert torch.allclose(found.values[:, 1], X[:, 0] * X[:, 1] ** 2)
    assert torch.allclose(found.values[:, 2], X[:, 2].sin())
    assert torch.allclose(found.values[:, 0], torch.zeros(2, dtype=X.dtype))
    middle = torch.stack([start, X / 2, X])
    line = xt.integrate(field, xt.StraightPath(start, X), steps=64)
    assert torch.allclose(xt.integrate(field, xt.Polyline(middle), steps=64).values, line.values)


def test_bezier_path_ends_where_it_should_and_moves_as_it_says():
    start, first, second, end = torch.randn(4, 2, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    path = xt.BezierPath(start, first, second, end)
    s = torch.tensor([0.0, 0.4, 1.0], dtype=torch.float64)
    points, velocities = path.at(s)
    assert torch.allclose(points[0], start)
    assert torch.allclose(points[2], end)
    slope = (path.at(s + 1e-6)[0] - path.at(s - 1e-6)[0]) / 2e-6
    assert torch.allclose(velocities, slope, atol=1e-7)
    found = xt.integrate(xt.ScalarField(bent), path)
    assert torch.allclose(found.gap, torch.zeros(2, dtype=X.dtype), atol=1e-10)


def test_memory_holds_one_batch_of_points_at_a_time():
    largest = []

    def watched(x):
        largest.append(len(x))
        return bent(x)

    for steps in (50, 500):
        xt.integrated_gradients(xt.ScalarField(watched, batch_size=16), X, steps=steps)
    assert max(largest) <= 16


@pytest.mark.parametrize("batch_size", [1, 3, 1000])
def test_any_batch_split_gives_the_same(smooth_net, batch_size):
    x = torch.randn(5, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    target = torch.tensor([0, 2, 1, 1, 0])
    whole = xt.integrated_gradients(xt.ScalarField(smooth_net, target), x)
    split = xt.integrated_gradients(xt.ScalarField(smooth_net, target, batch_size=batch_size), x)
    assert torch.allclose(whole.values, split.values, atol=1e-12)
    alone = xt.integrated_gradients(xt.ScalarField(smooth_net, 1), x[2:3])
    assert torch.allclose(alone.values[0], whole.values[2], atol=1e-12)


def test_bad_arguments():
    field = xt.ScalarField(bent)
    for options, says in (
        ({"steps": 0}, "at least 1"),
        ({"steps": 2.5}, "at least 1"),
        ({"steps": "many"}, "at least 1"),
        ({"quadrature": "simpson"}, "no quadrature 'simpson'"),
        ({"baseline": torch.zeros(4)}, "a baseline has the shape"),
        ({"baseline": X}, "starts where it ends"),
    ):
        with pytest.raises(xt.TutorialError, match=says):
            xt.integrated_gradients(field, X, **options)
    with pytest.raises(xt.InputError, match="starts in shape"):
        xt.integrate(field, xt.StraightPath(X[:1], X))
    with pytest.raises(xt.InputError, match="at least 2"):
        xt.Polyline(X[None])


def test_simple_methods_on_a_linear_field():
    w = torch.tensor([2.0, -1.0, 0.5], dtype=torch.float64)
    field = xt.ScalarField(lambda x: x @ w + 3)
    assert torch.allclose(xt.gradient(field, X).values, w.expand_as(X))
    for method in (xt.input_times_gradient, xt.integrated_gradients, xt.guided_ig):
        found = method(field, X)
        assert torch.allclose(found.values, X * w)
        assert torch.allclose(found.gap, torch.zeros(2, dtype=X.dtype), atol=1e-12)
    assert torch.allclose(xt.samp(field, torch.zeros_like(X), X).values, X * w)


def test_smooth_ig_adds_up():
    found = xt.smooth_ig(xt.ScalarField(bent), X, samples=4)
    assert found.gap.abs().max() < 1e-10


def test_expected_gradients_meet_their_mean():
    baselines = torch.randn(50, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    field = xt.ScalarField(bent)
    found = xt.expected_gradients(field, X, baselines=baselines, samples=4000)
    exact = torch.stack([xt.integrated_gradients(field, X, baseline=b).values for b in baselines]).mean(0)
    assert ((found.values - exact).abs() < 4 * found.standard_error).all()
    assert (found.gap.abs() < 4 * found.gap_error).all()
    with pytest.raises(xt.InputError, match="baselines must be"):
        xt.expected_gradients(field, X, baselines=torch.zeros(3))


def test_heatflow_is_minus_expected_gradients_with_a_gaussian_baseline(two_gaussians):
    x, time = X[:, :2], 0.7
    noise = torch.randn(4000, 2, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    field = xt.ScalarField(two_gaussians, batch_size=8192)
    for row in x:
        baselines = row + (2 * time) ** 0.5 * torch.cat([noise, -noise])
        found = xt.expected_gradients(field, row[None], baselines=baselines, samples=20000)
        assert torch.allclose(found.values[0], -two_gaussians.heatflow(row[None], time=time)[0], atol=6e-3)
