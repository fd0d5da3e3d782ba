import pytest
import torch
from torch import nn

import xai_tutorial as xt
from xai_tutorial.judges import intervals, paired_difference, random_attribution, randomised


def gen(seed=0):
    return torch.Generator().manual_seed(seed)


def draw(*shape, seed=0):
    return torch.randn(*shape, generator=gen(seed), dtype=torch.float64)


# Paired differences --------------------------------------------------------------------------------------------------


def test_the_bootstrap_one_resample_at_a_time():
    first, second = draw(15, seed=1), draw(15, seed=2)
    drawn = torch.randint(15, (400, 15), generator=gen())
    means = [sum(float(first[i] - second[i]) for i in row) / 15 for row in drawn]
    found = paired_difference(first, second, resamples=400)
    low, high = torch.tensor(means, dtype=torch.float64).quantile(torch.tensor([0.025, 0.975], dtype=torch.float64))
    assert found.mean == pytest.approx(float((first - second).mean()))
    assert (found.low, found.high) == (pytest.approx(float(low)), pytest.approx(float(high)))


def test_intervals_hold_the_truth_as_often_as_they_say():
    holds = 0
    for seed in range(200):
        scores = draw(40, seed=seed) + 0.3
        found = paired_difference(scores, torch.zeros_like(scores), resamples=300, generator=gen(seed))
        holds += found.low <= 0.3 <= found.high
    assert 0.90 <= holds / 200 <= 0.98


def test_pairs_share_what_is_common():
    common, effect = 10 * draw(30, seed=3), 0.1 + 0.01 * draw(30, seed=4)
    found = paired_difference(common + effect, common)
    assert found.low > 0.08
    assert found.high < 0.12
    shuffled = paired_difference(common + effect, common.flip(0))
    assert shuffled.high - shuffled.low > 1
    same = paired_difference(common, common)
    assert (same.mean, same.low, same.high) == (0, 0, 0)


def test_memory_of_the_bootstrap_is_bounded(monkeypatch):
    scores = draw(10), torch.zeros(10)
    whole = paired_difference(*scores, resamples=1000)
    monkeypatch.setattr(intervals, "BLOCK_FLOATS", 50)
    blocks = paired_difference(*scores, resamples=1000)
    assert blocks.mean == whole.mean
    assert blocks.low == pytest.approx(whole.low, abs=0.2)


def test_bad_scores():
    ones = torch.ones(3)
    for first, second in ((ones, torch.ones(4)), (ones[:1], ones[:1])):
        with pytest.raises(xt.InputError, match="the same 2 or more items"):
            paired_difference(first, second)
    with pytest.raises(xt.InputError, match="one number an item"):
        paired_difference(ones[None], ones[None])
    with pytest.raises(xt.InputError, match="NaN"):
        paired_difference(ones, ones * torch.nan)
    with pytest.raises(xt.InputError, match="resamples must be a whole number of at least 100"):
        paired_difference(ones, ones, resamples=10)


# Controls ------------------------------------------------------------------------------------------------------------


def test_a_random_map():
    x = torch.zeros(20, 3, 9, 9, dtype=torch.float64, requires_grad=True)
    state = torch.random.get_rng_state()
    found = random_attribution(x)
    assert torch.equal(found.values, random_attribution(x, gen(0)).values)
    assert not torch.allclose(found.values, random_attribution(x, gen(1)).values)
    assert found.values.shape == x.shape
    assert found.values.dtype == x.dtype
    assert float(found.values.detach().std()) == pytest.approx(1, abs=0.05)
    assert not torch.allclose(found.values[0], found.values[1])
    assert torch.equal(torch.random.get_rng_state(), state)


@pytest.fixture
def net() -> nn.Module:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return nn.Sequential(nn.Linear(40, 60), nn.BatchNorm1d(60), nn.SiLU(), nn.Linear(60, 3)).double()


def test_a_randomised_model_keeps_shapes_and_scales(net):
    with torch.no_grad():
        net[0].weight += 0.5
    before = {name: value.clone() for name, value in net.state_dict().items()}
    net.train()[2].eval()
    state = torch.random.get_rng_state()
    found = randomised(net)
    assert torch.equal(torch.random.get_rng_state(), state)
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())
    assert [m.training for m in found.modules()] == [m.training for m in net.modules()]
    assert found[0].weight.requires_grad
    assert found[0].weight.grad is None
    weight, drawn = net[0].weight.detach(), found[0].weight.detach()
    assert torch.corrcoef(torch.stack([weight.flatten(), drawn.flatten()]))[0, 1].abs() < 0.1
    assert float(drawn.std()) == pytest.approx(float(weight.std()), rel=0.05)
    assert float(drawn.mean()) == pytest.approx(float(weight.mean()), abs=0.02)
    assert torch.equal(found[1].running_var, net[1].running_var)
    assert torch.equal(found[1].weight, net[1].weight)  # all ones: nothing to draw


def test_a_randomised_model_is_seeded_and_explains_otherwise(net):
    assert torch.equal(randomised(net)[0].weight, randomised(net, gen(0))[0].weight)
    assert not torch.allclose(randomised(net)[0].weight, randomised(net, gen(1))[0].weight)
    x = draw(30, 40)
    maps = [xt.ScalarField(model, 1).gradient(x).flatten() for model in (net, randomised(net))]
    assert abs(float(torch.corrcoef(torch.stack(maps))[0, 1])) < 0.3


def test_another_default_device_is_not_used(net):
    scores = draw(20, seed=5), draw(20, seed=6)
    expected = paired_difference(*scores, resamples=100), random_attribution(scores[0]), randomised(net)
    with torch.device("meta"):
        found = paired_difference(*scores, resamples=100), random_attribution(scores[0]), randomised(net)
    assert found[0] == expected[0]
    assert torch.equal(found[1].values, expected[1].values)
    assert torch.equal(found[2][0].weight, expected[2][0].weight)
