import pytest
import torch

import xai_tutorial as xt

START = torch.zeros(1, 3, dtype=torch.float64)
END = torch.ones(1, 3, dtype=torch.float64)


def product(x):
    """x1 x2 + 0.1 x3: alone, neither x1 nor x2 does anything."""
    return x[:, 0] * x[:, 1] + 0.1 * x[:, 2]


def test_the_greedy_order_by_hand():
    """At 0 only x3 has a slope; then x1 (the first of a tie), then x2, which finds x1 in place and takes all."""
    found = xt.samp(xt.ScalarField(product), START, END, step=1)
    assert found.values[0].tolist() == pytest.approx([0.0, 1.0, 0.1])
    straight = xt.integrated_gradients(xt.ScalarField(product), END).values
    assert straight[0].tolist() == pytest.approx([0.5, 0.5, 0.1])
    assert found.values.var() > straight.var()


def test_signed_and_absolute_differ_where_a_large_step_is_negative():
    field = xt.ScalarField(lambda x: -3 * x[:, 0] + x[:, 1] + 2 * x[:, 0] * x[:, 1])
    ends = torch.zeros(1, 2, dtype=torch.float64), torch.ones(1, 2, dtype=torch.float64)
    # Signed: x2 first (+1 against −3), then x1: −3 + 2. Absolute: x1 first (−3), then x2: 1 + 2.
    assert xt.samp(field, *ends, step=1).values[0].tolist() == pytest.approx([-1.0, 1.0])
    assert xt.samp(field, *ends, step=1, choice="absolute").values[0].tolist() == pytest.approx([-3.0, 3.0])
    assert xt.samp(field, *ends, step=1, direction="deletion").values[0].tolist() == pytest.approx([-3.0, 3.0])


@pytest.mark.parametrize("direction", ["insertion", "deletion"])
@pytest.mark.parametrize("options", [{}, {"constraint": 0.05}, {"constraint": 0.05, "momentum": 0.7}])
def test_adds_up_from_anywhere_to_anywhere(smooth_net, direction, options):
    gen = torch.Generator().manual_seed(0)
    start, end = (torch.randn(6, 4, generator=gen, dtype=torch.float64) for _ in range(2))
    field = xt.ScalarField(smooth_net, torch.tensor([0, 1, 2, 0, 1, 2]))
    found = xt.samp(field, start, end, direction=direction, **options)
    assert found.note == ""
    assert torch.allclose(found.total, field.value(end) - field.value(start))
    assert (found.gap.abs() <= 1e-3 * found.total.abs()).all()


def test_whole_jumps_with_left_sums_do_not_add_up(smooth_net):
    """Negative control: the rule matters, and the infinitesimal constraint is what mends the left sum."""
    gen = torch.Generator().manual_seed(0)
    start, end = (torch.randn(6, 4, generator=gen, dtype=torch.float64) for _ in range(2))
    field = xt.ScalarField(smooth_net, 1)
    gaps = [
        float(xt.samp(field, start, end, nodes="left", constraint=constraint).gap.abs().mean())
        for constraint in (None, 0.1, 0.01, 0.001)
    ]
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[0] > 50 * gaps[-1]


def test_pixels_move_with_their_channels():
    seen = []

    def watched(x):
        seen.append(x.detach().clone())
        return (x * torch.arange(1.0, 13.0, dtype=x.dtype).reshape(3, 2, 2)).sum((1, 2, 3))

    start, end = torch.zeros(1, 3, 2, 2, dtype=torch.float64), torch.ones(1, 3, 2, 2, dtype=torch.float64)
    xt.samp(xt.ScalarField(watched), start, end, step=1, nodes="left")
    for points in seen:
        for point in points:
            assert ((point == point[:1]).all(0) | (point != point[:1]).any(0)).all()
            assert point.amax(0).equal(point.amin(0))
    apart = xt.samp(xt.ScalarField(watched), start, end, step=1, by_pixel=False)
    assert apart.evaluations > 12


def test_more_steps_at_once_need_fewer_gradients_and_walks_stop_when_they_arrive():
    rows = []

    def watched(x):
        rows.append(len(x))
        return x.square().sum(1)

    end = torch.ones(2, 8, dtype=torch.float64)
    start = torch.zeros_like(end)
    start[0, :6] = 1  # the first item has two features to go, the second all eight
    xt.samp(xt.ScalarField(watched), start, end, step=2, nodes="left")
    # both ends, then gradients: 2 items, then only the second
    assert rows[:4] == [2, 1, 1, 1]


def test_one_feature_and_all_at_once(smooth_net):
    one = xt.samp(xt.ScalarField(lambda x: x[:, 0] ** 3), START[:, :1], END[:, :1])
    assert one.values.tolist() == [[pytest.approx(1.0)]]
    x = torch.randn(2, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    field = xt.ScalarField(smooth_net, 1)
    together = xt.samp(field, torch.zeros_like(x), x, step=4, nodes=32)
    assert torch.allclose(together.values, xt.integrated_gradients(field, x).values, atol=1e-9)


@pytest.mark.parametrize("batch_size", [1, 3])
def test_any_batch_split_gives_the_same(smooth_net, batch_size):
    x = torch.randn(5, 4, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    target, zero = torch.tensor([0, 1, 2, 0, 1]), torch.zeros(5, 4, dtype=torch.float64)
    whole = xt.samp(xt.ScalarField(smooth_net, target), zero, x, constraint=0.1).values
    split = xt.samp(xt.ScalarField(smooth_net, target, batch_size=batch_size), zero, x, constraint=0.1).values
    assert torch.allclose(whole, split, atol=1e-12)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"step": 0}, "between 1 and the number of features, 3"),
        ({"step": 4}, "between 1 and the number of features, 3"),
        ({"direction": "removal"}, "no direction"),
        ({"choice": "random"}, "no choice"),
        ({"constraint": 0.0}, "constraint"),
        ({"momentum": 1.0}, "momentum"),
        ({"nodes": 0}, "nodes"),
        ({"end": START}, "starts where it ends"),
        ({"end": END[:, :2]}, "starts in shape"),
    ],
)
def test_bad_arguments(options, says):
    with pytest.raises(xt.TutorialError, match=says):
        xt.samp(xt.ScalarField(product), START, options.pop("end", END), **options)
