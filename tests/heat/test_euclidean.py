import pytest
import torch

import xai_tutorial as xt
from oracles.mixtures import Bumps


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("dimensions", [1, 2, 7, 64, 1024])
def test_within_its_errors_of_the_closed_form(dimensions):
    bumps = Bumps(dimensions, seed=100 + dimensions)
    x = torch.randn(2, dimensions, generator=seeded(1), dtype=torch.float64)
    truth, change = bumps.heatflow(x, 0.5), bumps.smoothed(x, 0.5) - bumps(x)
    field, inside = xt.ScalarField(bumps, batch_size=4096), []
    for seed in range({1: 150, 2: 150, 7: 50, 64: 10, 1024: 2}[dimensions]):
        found = xt.heatflow(field, x, time=0.5, samples=1024, generator=seeded(seed))
        z = (found.values - truth) / found.standard_error
        inside.append((z.abs() <= 3).double().mean())
        assert z.abs().max() < 6
        assert (found.gap.abs() <= 5 * found.gap_error).all()
        assert torch.allclose(found.total, change, atol=float(6 * found.gap_error.max()))
    assert torch.stack(inside).mean() >= 0.97


@pytest.mark.parametrize(("dimensions", "repeats"), [(2, 80), (64, 12)])
def test_error_falls_at_least_as_one_over_root_n(dimensions, repeats):
    bumps = Bumps(dimensions, seed=5)
    x = torch.zeros(1, dimensions, dtype=torch.float64)
    truth, field = bumps.heatflow(x, 0.5), xt.ScalarField(bumps, batch_size=8192)

    def error(samples: int) -> float:
        runs = [xt.heatflow(field, x, time=0.5, samples=samples, generator=seeded(s)).values for s in range(repeats)]
        return float(torch.stack([(run - truth).square().mean() for run in runs]).mean().sqrt())

    assert error(64 * 16) < error(64) / 3  # 4 but for the noise of the runs


def test_standard_error_is_honest():
    """With whole frames in every block, the spread of independent runs is what each run says of itself."""
    bumps, x = Bumps(4, seed=9), torch.zeros(1, 4, dtype=torch.float64)
    runs = [
        xt.heatflow(xt.ScalarField(bumps, batch_size=8192), x, time=0.5, samples=256, generator=seeded(s))
        for s in range(60)
    ]
    spread = torch.stack([run.values for run in runs]).std(0)
    said = torch.stack([run.standard_error for run in runs]).mean(0)
    assert torch.allclose(spread / said, torch.ones_like(spread), atol=0.35)


def test_one_frame_is_exact_for_a_quadratic():
    gen = seeded(2)
    hessian = torch.randn(24, 24, generator=gen, dtype=torch.float64)
    hessian = hessian + hessian.T
    field = xt.ScalarField(lambda x: 0.5 * ((x @ hessian) * x).sum(1))
    found = xt.heatflow(field, torch.zeros(1, 24, dtype=torch.float64), time=0.7, samples=24)
    assert torch.allclose(found.values[0], 0.7 * hessian.diag())


def test_times_accumulate_and_share_their_draws(two_gaussians):
    x = torch.tensor([[0.3, 0.1]], dtype=torch.float64)
    found = xt.heatflow(xt.ScalarField(two_gaussians), x, time=[0, 0.2, 0.7, 0.7], samples=4096)
    assert found.values.shape == (4, 1, 2)
    assert torch.equal(found.values[0], torch.zeros_like(x))
    assert torch.equal(found.values[2], found.values[3])
    for k, time in ((1, 0.2), (2, 0.7)):
        z = (found.values[k] - two_gaussians.heatflow(x, time=time)) / found.standard_error[k]
        assert z.abs().max() < 4


def test_nothing_depends_on_how_the_work_is_split(smooth_net):
    x = torch.randn(5, 4, generator=seeded(3), dtype=torch.float64)
    target = torch.tensor([0, 1, 2, 0, 1])
    whole = xt.heatflow(xt.ScalarField(smooth_net, target), x, time=[0.1, 0.4], samples=64)
    for batch_size in (1, 7, 1000):
        split = xt.heatflow(xt.ScalarField(smooth_net, target, batch_size=batch_size), x, time=[0.1, 0.4], samples=64)
        assert torch.allclose(split.values, whole.values, atol=1e-12)
        assert torch.allclose(split.gap, whole.gap, atol=1e-12)
    alone = xt.heatflow(xt.ScalarField(smooth_net, 2), x[2:3], time=[0.1, 0.4], samples=64)
    assert torch.allclose(alone.values[:, 0], whole.values[:, 2], atol=1e-12)


def test_evaluations_are_counted(two_gaussians):
    calls = []

    def counted(x):
        calls.append((len(x), x.requires_grad))
        return two_gaussians(x)

    x = torch.tensor([[0.3, 0.1]], dtype=torch.float64)
    found = xt.heatflow(xt.ScalarField(counted), x, time=[0.1, 0.3], samples=100)
    assert found.evaluations == sum(rows for rows, grad in calls if grad)
    assert found.forwards == sum(rows for rows, grad in calls if not grad)
    assert found.evaluations >= 2 * 2 * 100


# The axioms of Proposition 1 -----------------------------------------------------------------------------------------

POINT = torch.tensor([[0.4, 0.4, -0.7]], dtype=torch.float64)


def flow(function, x=POINT, samples=64, time=0.5):
    return xt.heatflow(xt.ScalarField(function), x, time=time, samples=samples)


def mixed(x):
    return torch.tanh(x[:, 0] * x[:, 1]) + (x[:, 0] + x[:, 1]).sin()


def test_dummy():
    assert flow(mixed).values[0, 2] == 0


def test_efficiency():
    found = flow(mixed, samples=4096)
    assert found.gap.abs() < 4 * found.gap_error
    assert found.total.abs() > 20 * found.gap_error  # the check can fail


def test_linearity():
    other = torch.cos
    both = flow(lambda x: 2 * mixed(x) - other(x).sum(1)).values
    assert torch.allclose(both, 2 * flow(mixed).values - flow(lambda x: other(x).sum(1)).values)


def test_symmetry():
    found = flow(mixed, samples=8192)
    error = found.standard_error[0, :2].norm()
    assert (found.values[0, 0] - found.values[0, 1]).abs() < 4 * error


def test_additive_model_comes_apart():
    """Proposition 2 before the limit: HeatFlow_i = P_T f_i - f_i, here known for cos, x^2 and x^3."""
    found = flow(lambda x: x[:, 0].cos() + x[:, 1] ** 2 + x[:, 2] ** 3, samples=20000, time=0.3)
    x = POINT[0]
    exact = torch.stack([x[0].cos() * (torch.exp(torch.tensor(-0.3)) - 1), torch.tensor(0.6), 6 * x[2] * 0.3])
    assert ((found.values[0] - exact).abs() < 4 * found.standard_error[0] + 1e-9).all()


def test_negative_control_another_function_is_not_explained():
    """The closed form of one function does not fit the estimate of another, so that agreement means something."""
    found = flow(mixed, samples=4096)
    wrong = flow(lambda x: 1.3 * mixed(x), samples=4096).values
    assert ((found.values - wrong).abs() > 4 * found.standard_error)[0, :2].any()


def test_smoothed_value(two_gaussians):
    x = torch.tensor([[0.3, 0.1], [1.0, 1.0]], dtype=torch.float64)
    found = xt.smoothed_value(xt.ScalarField(two_gaussians), x, time=[0.0, 0.7], samples=4096)
    assert torch.allclose(found.value[0], two_gaussians(x))
    z = (found.value[1] - two_gaussians.heat(0.7)(x)) / found.standard_error[1]
    assert z.abs().max() < 4
    one = xt.smoothed_value(xt.ScalarField(two_gaussians), x, time=0.7, samples=64)
    assert one.value.shape == (2,)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"time": -0.1}, "not negative"),
        ({"time": float("nan")}, "not negative"),
        ({"time": []}, "not negative"),
        ({"time": [0.5, 0.1]}, "not decrease"),
        ({"time": 0.5, "samples": 0}, "at least 2"),
        ({"time": 0.5, "samples": 1}, "at least 2"),
        ({"time": 0.5, "samples": 10.0}, "whole number"),
    ],
)
def test_bad_arguments(options, says):
    with pytest.raises(xt.InputError, match=says):
        xt.heatflow(xt.ScalarField(mixed), POINT, **options)
