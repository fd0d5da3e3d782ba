import numpy as np
import pytest
import torch
from torch import nn

import xai_tutorial as xt
from xai_tutorial.draws import permutations
from xai_tutorial.judges import random_attribution, sensitivity_n


def draw(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


X, WEIGHTS = draw(6, 12, seed=1), draw(12, seed=2)
LINEAR = xt.ScalarField(lambda x: x @ WEIGHTS)


def wavy(x):
    return (x.flatten(1) ** 2).sum(1).sin() + x.flatten(1)[:, 0] * x.flatten(1)[:, 3]


def slow(field, x, scores, other, n, samples):
    """One image, one subset and one pixel at a time; x is B x C x n."""
    orders = permutations(samples, x.shape[2], torch.Generator().manual_seed(0), x)
    found = []
    for b in range(len(x)):
        part, sums, drops = field.for_rows(torch.tensor([b])), [], []
        for rank in orders:
            point, total = x[b : b + 1].clone(), 0.0
            for i in range(x.shape[2]):
                if rank[i] < n:
                    point[:, :, i] = other[b, :, i]
                    total += float(scores[b, :, i].sum())
            sums.append(total)
            drops.append(float(part.value(x[b : b + 1]) - part.value(point)))
        found.append(np.corrcoef(sums, drops)[0, 1])
    return torch.tensor(found, dtype=x.dtype)


@pytest.mark.parametrize("n", [1, 3, 11])
def test_rows_against_one_subset_at_a_time(n):
    scores, other = draw(6, 12, seed=3), draw(6, 12, seed=4)
    found = sensitivity_n(xt.ScalarField(wavy), X, scores, n=n, samples=20, substrate=other)
    field = xt.ScalarField(lambda x: wavy(x[:, 0]))
    expected = slow(field, X[:, None], scores[:, None], other[:, None], n, 20)
    assert torch.allclose(found, expected, atol=1e-10)


def test_images_against_one_subset_at_a_time():
    with torch.random.fork_rng():
        torch.manual_seed(4)
        net = nn.Sequential(nn.Flatten(), nn.Linear(60, 8), nn.SiLU(), nn.Linear(8, 3)).double()
    target = torch.tensor([2, 0, 1])
    x, scores = draw(3, 3, 5, 4, seed=5), draw(3, 3, 5, 4, seed=6)
    found = sensitivity_n(xt.ScalarField(net, target), x, scores, n=[1, 4, 15], samples=15)
    assert found.shape == (3, 3)
    field = xt.ScalarField(lambda x: net(x.reshape(-1, 3, 5, 4)), target)
    for k, n in enumerate((1, 4, 15)):
        expected = slow(field, x.flatten(2), scores.flatten(2), torch.zeros(3, 3, 20), n, 15)
        assert torch.allclose(found[:, k], expected, atol=1e-10)


def test_is_one_for_the_exact_account_of_a_linear_model():
    found = sensitivity_n(LINEAR, X, WEIGHTS * X, n=[1, 2, 6, 11], samples=50)
    assert torch.allclose(found, torch.ones(6, 4, dtype=torch.float64))
    other = draw(6, 12, seed=4)
    against = sensitivity_n(LINEAR, X, WEIGHTS * (X - other), n=5, substrate=other)
    assert torch.allclose(against, torch.ones(6, dtype=torch.float64))
    assert torch.allclose(sensitivity_n(LINEAR, X, -WEIGHTS * X, n=5), -torch.ones(6, dtype=torch.float64))


def test_a_random_map_is_worse():
    found = sensitivity_n(LINEAR, X, random_attribution(X), n=[2, 6])
    assert (found < 0.95).all()
    assert found.mean().abs() < 0.5


def test_scale_and_offset_of_the_map_do_not_matter():
    whole = sensitivity_n(LINEAR, X, X, n=[2, 6])
    assert torch.allclose(sensitivity_n(LINEAR, X, 3 * X - 5, n=[2, 6]), whole)
    tiny = sensitivity_n(LINEAR, X.float().double(), (1e-30 * X).float(), n=[2, 6])
    assert torch.allclose(tiny, whole, atol=1e-5)


def test_is_undefined_where_a_side_does_not_vary():
    assert sensitivity_n(LINEAR, X, torch.zeros_like(X), n=3).isnan().all()
    assert sensitivity_n(LINEAR, X, torch.full_like(X, 0.1), n=3).isnan().all()
    flat = xt.ScalarField(lambda x: 0 * x[:, 0] + 0.3)
    assert sensitivity_n(flat, X, X, n=3).isnan().all()


def test_any_batch_split_gives_the_same():
    scores = draw(6, 12, seed=3)
    whole = sensitivity_n(xt.ScalarField(wavy), X, scores, n=[2, 5], samples=20)
    for size in (1, 7, 1000):
        split = sensitivity_n(xt.ScalarField(wavy, batch_size=size), X, scores, n=[2, 5], samples=20)
        assert torch.allclose(split, whole, atol=1e-12)
    alone = sensitivity_n(xt.ScalarField(wavy), X[2:3], scores[2:3], n=5, samples=20)
    assert torch.allclose(alone[0], whole[2, 1], atol=1e-12)


def test_counts_its_forward_passes():
    rows = []

    def counted(x):
        rows.append(len(x))
        return wavy(x)

    sensitivity_n(xt.ScalarField(counted, batch_size=50), X, X, n=[2, 5], samples=20)
    assert sum(rows) == 6 * 2 * 20
    assert max(rows) <= 50


def test_draws_from_the_generator():
    def run(seed):
        generator = torch.Generator().manual_seed(seed)
        return sensitivity_n(xt.ScalarField(wavy), X, X, n=5, samples=20, generator=generator)

    assert torch.equal(run(0), sensitivity_n(xt.ScalarField(wavy), X, X, n=5, samples=20))
    assert not torch.allclose(run(0), run(1), atol=1e-3)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_narrow_numbers(dtype):
    x = X.to(dtype)
    found = sensitivity_n(xt.ScalarField(lambda x: x @ WEIGHTS.to(x)), x, WEIGHTS.to(x) * x, n=5)
    assert found.dtype == dtype
    assert (found > 0.95).all()


def test_bad_inputs():
    for n in (0, 12, 13, -1, 2.0, [3, 12]):
        with pytest.raises(xt.InputError, match="n must be a whole number between 1 and 11"):
            sensitivity_n(LINEAR, X, X, n=n)
    with pytest.raises(xt.InputError, match="at least one size"):
        sensitivity_n(LINEAR, X, X, n=[])
    with pytest.raises(xt.InputError, match="at least 2 features"):
        sensitivity_n(xt.ScalarField(lambda x: x[:, 0]), X[:, :1], X[:, :1], n=1)
    with pytest.raises(xt.InputError, match="samples must be a whole number of at least 2"):
        sensitivity_n(LINEAR, X, X, n=3, samples=1)
    with pytest.raises(xt.InputError, match="the map must have the input's shape"):
        sensitivity_n(LINEAR, X, X[:, :3], n=3)
    with pytest.raises(xt.InputError, match="the map holds NaN"):
        sensitivity_n(LINEAR, X, X * torch.nan, n=3)
    with pytest.raises(xt.InputError, match="got 'white'"):
        sensitivity_n(LINEAR, X, X, n=3, substrate="white")
