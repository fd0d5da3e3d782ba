import math

import numpy as np
import pytest
import torch

import xai_tutorial as xt


def slowly(field, x, start, steps, fraction, reach):
    """GuidedIG for one item, feature by feature and move by move, with the authors' left sums."""
    x, start = x.numpy(), start.numpy()
    here, values, whole = start.copy(), np.zeros_like(x), np.abs(x - start).sum()
    for k in range(steps):
        slope = field.gradient(torch.from_numpy(here)[None])[0].numpy()
        alpha = (k + 1) / steps
        floor = start + max(alpha - reach, 0) * (x - start)
        ceiling = start + min(alpha + reach, 1) * (x - start)
        before, target = here.copy(), whole * (1 - alpha)
        for i in range(len(x)):
            if (here[i] - floor[i]) * np.sign(x[i] - start[i]) < 0:
                here[i] = floor[i]
        while True:
            left = np.abs(here - x).sum()
            if math.isclose(left, target, rel_tol=1e-9, abs_tol=1e-9):
                break
            sizes = np.array([abs(g) if here[i] != ceiling[i] else np.inf for i, g in enumerate(slope)])
            limit = np.sort(sizes)[math.floor(fraction * (len(x) - 1))]
            chosen = [i for i in range(len(x)) if sizes[i] <= limit and sizes[i] < np.inf]
            length = sum(abs(here[i] - ceiling[i]) for i in chosen)
            share = (left - target) / length if length > 0 else np.inf
            for i in chosen:
                here[i] = ceiling[i] if share > 1 else here[i] + share * (ceiling[i] - here[i])
            if share <= 1 or not chosen:
                break
        values += slope * (here - before)
    return torch.from_numpy(values)


@pytest.mark.parametrize("fraction", [0.1, 0.5])
def test_equals_the_slow_loop(smooth_net, fraction):
    gen = torch.Generator().manual_seed(4)
    x, start = (torch.randn(3, 4, generator=gen, dtype=torch.float64) for _ in range(2))
    target = torch.tensor([0, 1, 2])
    options = {"steps": 30, "fraction": fraction, "nodes": "left"}
    found = xt.guided_ig(xt.ScalarField(smooth_net, target), x, baseline=start, **options).values
    for row in range(3):
        field = xt.ScalarField(smooth_net, int(target[row]))
        slow = slowly(field, x[row].clone(), start[row].clone(), 30, fraction, 0.02)
        assert torch.allclose(found[row], slow, atol=1e-9)


def test_adds_up_and_reaches_the_end(smooth_net):
    x = torch.randn(3, 4, generator=torch.Generator().manual_seed(4), dtype=torch.float64)
    found = xt.guided_ig(xt.ScalarField(smooth_net, 1), x)
    assert found.note == ""
    assert (found.gap.abs() <= 1e-3 * found.total.abs()).all()
    assert found.evaluations == 201
    left = xt.guided_ig(xt.ScalarField(smooth_net, 1), x, nodes="left")
    assert left.gap.abs().max() > found.gap.abs().max()


def test_with_no_reach_it_is_the_straight_line(smooth_net):
    x = torch.randn(2, 4, generator=torch.Generator().manual_seed(5), dtype=torch.float64)
    field = xt.ScalarField(smooth_net, 1)
    found = xt.guided_ig(field, x, reach=0.0, fraction=1.0)
    assert torch.allclose(found.values, xt.integrated_gradients(field, x).values, atol=1e-4)


def test_bad_arguments(smooth_net):
    x = torch.ones(1, 4, dtype=torch.float64)
    for options in (
        {"steps": 0},
        {"fraction": 0.0},
        {"fraction": 1.5},
        {"reach": -0.1},
        {"nodes": 0},
        {"nodes": "mid"},
    ):
        with pytest.raises(xt.InputError):
            xt.guided_ig(xt.ScalarField(smooth_net, 1), x, **options)
