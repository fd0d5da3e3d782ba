import pytest
import torch

import xai_tutorial as xt
from xai_tutorial.draws import normal, uniform
from xai_tutorial.judges import infidelity, max_sensitivity, random_attribution


def draw(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


X, WEIGHTS, MAP = draw(5, 4, seed=1), draw(4, seed=2), draw(5, 4, seed=3)
LINEAR = xt.ScalarField(lambda x: x @ WEIGHTS)
TARGET = torch.tensor([0, 2, 1, 1, 0])


def gradient(field, x):
    return field.gradient(x)


@pytest.mark.parametrize("normalize", [False, True])
def test_infidelity_one_item_and_one_draw_at_a_time(smooth_net, normalize):
    field = xt.ScalarField(smooth_net, TARGET)
    found = infidelity(field, X, MAP, sigma=0.4, samples=12, normalize=normalize)
    for b in range(5):
        part, generator = field.for_rows(torch.tensor([b])), torch.Generator().manual_seed(0)
        told, seen = [], []
        for _ in range(12):
            noise = 0.4 * normal((4,), generator, X)
            told.append(sum(float(noise[i] * MAP[b, i]) for i in range(4)))
            seen.append(float(part.value(X[b : b + 1]) - part.value(X[b : b + 1] - noise)))
        beta = sum(t * s for t, s in zip(told, seen, strict=True)) / sum(t * t for t in told) if normalize else 1
        expected = sum((beta * t - s) ** 2 for t, s in zip(told, seen, strict=True)) / 12
        assert float(found[b]) == pytest.approx(expected, rel=1e-9)


def test_max_sensitivity_one_item_and_one_draw_at_a_time(smooth_net):
    field = xt.ScalarField(smooth_net, TARGET)
    found = max_sensitivity(field, X, gradient, radius=0.3, samples=7)
    for b in range(5):
        part, generator = field.for_rows(torch.tensor([b])), torch.Generator().manual_seed(0)
        base, worst = part.gradient(X[b : b + 1]), 0.0
        for _ in range(7):
            moved = X[b : b + 1] + 0.3 * (2 * uniform((4,), generator, X) - 1)
            worst = max(worst, float((part.gradient(moved) - base).norm() / base.norm()))
        assert float(found[b]) == pytest.approx(worst, rel=1e-9)


def test_a_linear_model_is_told_exactly_by_its_weights():
    weights = WEIGHTS.expand(5, 4)
    assert (infidelity(LINEAR, X, weights) < 1e-20).all()
    wrong = infidelity(LINEAR, X, torch.zeros_like(X), sigma=0.5, samples=20_000)
    assert torch.allclose(wrong, 0.25 * WEIGHTS.square().sum().expand(5), rtol=0.05)  # sigma^2 |w|^2
    assert (infidelity(LINEAR, X, random_attribution(X)) > 1e-3).all()


def test_the_normalised_map_has_no_scale():
    weights = WEIGHTS.expand(5, 4)
    assert (infidelity(LINEAR, X, 7 * weights) > 1e-3).all()
    assert (infidelity(LINEAR, X, 7 * weights, normalize=True) < 1e-20).all()
    once, twice = infidelity(LINEAR, X, MAP, normalize=True), infidelity(LINEAR, X, 2 * MAP, normalize=True)
    assert torch.allclose(once, twice)
    assert (once <= infidelity(LINEAR, X, MAP)).all()
    nothing = torch.zeros_like(X)
    assert torch.equal(infidelity(LINEAR, X, nothing, normalize=True), infidelity(LINEAR, X, nothing))


def test_max_sensitivity_of_known_explanations():
    def constant(field, x):
        return torch.ones_like(x)

    def doubled(field, x):
        return xt.Attribution(method="2x", inputs=x, values=2 * x)

    assert torch.equal(max_sensitivity(LINEAR, X, constant), torch.zeros(5, dtype=X.dtype))
    found = max_sensitivity(LINEAR, X, doubled, radius=0.1, samples=500)
    bound = 0.1 * 4**0.5 / X.norm(dim=1)  # the corner of the cube
    assert (found <= bound).all()
    assert (found > 0.7 * bound).all()


def test_where_the_explanation_is_zero_the_change_is_absolute():
    x = torch.zeros(2, 4, dtype=torch.float64)
    found = max_sensitivity(LINEAR, x, lambda field, x: 5 * x, radius=0.1)
    assert torch.allclose(found, 5 * max_sensitivity(LINEAR, x, lambda field, x: x, radius=0.1))
    assert (found > 0).all()


def test_maps_of_any_shape_and_images(smooth_net):
    x = draw(3, 1, 2, 2)
    field = xt.ScalarField(lambda x: smooth_net(x.flatten(1)), torch.tensor([0, 1, 2]))
    assert infidelity(field, x, x).shape == (3,)
    assert max_sensitivity(field, x, lambda field, x: x.sum(1)).shape == (3,)


def test_any_batch_split_gives_the_same(smooth_net):
    whole = xt.ScalarField(smooth_net, TARGET)
    expected = infidelity(whole, X, MAP, samples=20), max_sensitivity(whole, X, gradient)
    for size in (1, 3, 7, 11, 1000):
        field = xt.ScalarField(smooth_net, TARGET, batch_size=size)
        assert torch.allclose(infidelity(field, X, MAP, samples=20), expected[0], rtol=1e-9)
        assert torch.allclose(max_sensitivity(field, X, gradient), expected[1], rtol=1e-9)
    alone = xt.ScalarField(smooth_net, 1)
    assert torch.allclose(infidelity(alone, X[2:3], MAP[2:3], samples=20)[0], expected[0][2], rtol=1e-9)
    assert torch.allclose(max_sensitivity(alone, X[2:3], gradient)[0], expected[1][2], rtol=1e-9)


def test_counts_its_evaluations():
    rows = []

    def counted(x):
        rows.append(len(x))
        return x @ WEIGHTS

    field = xt.ScalarField(counted, batch_size=16)
    infidelity(field, X, MAP, samples=20)
    assert sum(rows) == 5 * (20 + 1)
    assert max(rows) <= 16
    rows.clear()
    max_sensitivity(field, X, gradient, samples=8)
    assert sum(rows) == 5 * (8 + 1)
    assert max(rows) <= 16


def test_bad_inputs():
    for value in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(xt.InputError, match="sigma must be finite and positive"):
            infidelity(LINEAR, X, MAP, sigma=value)
        with pytest.raises(xt.InputError, match="radius must be finite and positive"):
            max_sensitivity(LINEAR, X, gradient, radius=value)
    with pytest.raises(xt.InputError, match="samples must be a whole number of at least 1"):
        infidelity(LINEAR, X, MAP, samples=0)
    with pytest.raises(xt.InputError, match="samples must be a whole number of at least 1"):
        max_sensitivity(LINEAR, X, gradient, samples=0)
    with pytest.raises(xt.InputError, match="the map must have the input's shape"):
        infidelity(LINEAR, X, MAP[:, :3])
    with pytest.raises(xt.InputError, match="the map holds NaN"):
        infidelity(LINEAR, X, MAP * torch.nan)
    with pytest.raises(xt.InputError, match="one map a row, 5 x"):
        max_sensitivity(LINEAR, X, lambda field, x: x.sum())
    with pytest.raises(xt.InputError, match="returned NaN"):
        max_sensitivity(LINEAR, X, lambda field, x: x * torch.nan)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_narrow_numbers(dtype):
    x, field = X.to(dtype), xt.ScalarField(lambda x: x @ WEIGHTS.to(x))
    found = infidelity(field, x, MAP), max_sensitivity(field, x, lambda field, x: x)
    assert all(score.dtype == dtype and score.isfinite().all() for score in found)
