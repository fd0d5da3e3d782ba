from itertools import permutations

import pytest
import torch
from torch import nn

import xai_tutorial as xt
from xai_tutorial.judges import Curve, deletion, insertion, random_attribution
from xai_tutorial.judges.features import blurred

WEIGHTS = torch.tensor([3.0, -1.0, 0.5, 2.0, -4.0], dtype=torch.float64)
POINT = torch.tensor([[1.0, 2.0, -1.0, 0.5, 0.25]], dtype=torch.float64)  # w x = 3, -2, -0.5, 1, -1


def linear(x):
    return x @ WEIGHTS.to(x)


def draw(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.fixture
def image_net() -> nn.Module:
    """A small random classifier of 3 x 5 x 4 images into 3 classes."""
    with torch.random.fork_rng():
        torch.manual_seed(4)
        layers = [nn.Flatten(), nn.Linear(60, 8), nn.SiLU(), nn.Dropout(0.5), nn.Linear(8, 3)]
        return nn.Sequential(*layers).double().train()


IMAGES = draw(4, 3, 5, 4, seed=5)
TARGET = torch.tensor([2, 0, 1, 1])


def slow_curve(field, start, end, scores, step):
    """One image and one pixel at a time."""
    values = []
    for b in range(len(start)):
        part, point, row = field.for_rows(torch.tensor([b])), start[b : b + 1].clone(), []
        ranked = sorted(range(scores[b].numel()), key=lambda i, b=b: (-float(scores[b].flatten()[i]), i))
        row.append(part.value(point))
        for place, i in enumerate(ranked, start=1):
            point.flatten(2)[:, :, i] = end[b].flatten(1)[:, i]
            if place % step == 0 or place == len(ranked):
                row.append(part.value(point))
        values.append(torch.cat(row))
    return torch.stack(values)


# By hand -------------------------------------------------------------------------------------------------------------


def test_a_linear_model_by_hand():
    field = xt.ScalarField(linear)
    found = deletion(field, POINT, WEIGHTS * POINT)
    assert torch.allclose(found.fractions, torch.tensor([0, 0.2, 0.4, 0.6, 0.8, 1.0], dtype=torch.float64))
    assert torch.allclose(found.values, torch.tensor([[0.5, -2.5, -3.5, -3.0, -2.0, 0.0]], dtype=torch.float64))
    assert float(found.area) == pytest.approx((0.25 - 2.5 - 3.5 - 3.0 - 2.0) / 5)
    shown = insertion(field, POINT, WEIGHTS * POINT)
    assert torch.allclose(shown.values, torch.tensor([[0, 3.0, 4.0, 3.5, 2.5, 0.5]], dtype=torch.float64))
    rescaled = insertion(field, POINT, WEIGHTS * POINT, rescaled=True)
    assert torch.allclose(rescaled.values, shown.values / 0.5)
    assert torch.allclose(deletion(field, POINT, WEIGHTS * POINT, rescaled=True).values, found.values / 0.5)


def test_absolute_scores_order_by_size():
    field = xt.ScalarField(linear)
    found = deletion(field, POINT, WEIGHTS * POINT, by="absolute")  # 3, -2, then 1 before -1, then -0.5
    assert torch.allclose(found.values, torch.tensor([[0.5, -2.5, -0.5, -1.5, -0.5, 0.0]], dtype=torch.float64))


def test_steps_that_do_not_divide_the_features():
    found = deletion(xt.ScalarField(linear), POINT, WEIGHTS * POINT, step=2)
    assert torch.allclose(found.fractions, torch.tensor([0, 0.4, 0.8, 1.0], dtype=torch.float64))
    assert torch.allclose(found.values, torch.tensor([[0.5, -3.5, -2.0, 0.0]], dtype=torch.float64))
    area = 0.4 * (0.5 - 3.5) / 2 + 0.4 * (-3.5 - 2.0) / 2 + 0.2 * (-2.0) / 2
    assert float(found.area) == pytest.approx(area)


def test_a_step_is_a_hundredth_unless_told():
    x = draw(1, 250)
    found = deletion(xt.ScalarField(lambda x: x.sum(1)), x, x)
    assert float(found.fractions[1]) == pytest.approx(3 / 250)
    assert found.values.shape == (1, 85)


def test_no_order_deletes_a_linear_model_faster_than_its_integrated_gradients():
    """With x against black, IG is w x."""
    field = xt.ScalarField(linear)
    every = torch.tensor(list(permutations(range(5))), dtype=torch.float64)  # 120 x 5: every order there is
    areas = deletion(field, POINT.expand(120, 5), every).area
    shown = insertion(field, POINT.expand(120, 5), every).area
    assert torch.allclose(deletion(field, POINT, WEIGHTS * POINT).area, areas.min())
    assert torch.allclose(insertion(field, POINT, WEIGHTS * POINT).area, shown.max())
    assert (areas <= areas.min() + 1e-9).sum() == 1


def test_a_random_map_is_worse():
    x, weights = draw(50, 20, seed=1), draw(20, seed=2)
    field = xt.ScalarField(lambda x: x @ weights)
    noise = random_attribution(x)
    assert (deletion(field, x, weights * x).area < deletion(field, x, noise).area).all()
    assert (insertion(field, x, weights * x).area > insertion(field, x, noise).area).all()


# Against one pixel at a time -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", [1, 3, 20])
@pytest.mark.parametrize("output", ["logit", "probability"])
def test_images_against_one_pixel_at_a_time(image_net, step, output):
    field = xt.ScalarField(image_net, TARGET, output=output)
    scores = draw(4, 3, 5, 4, seed=6)
    other = draw(4, 3, 5, 4, seed=7)
    found = deletion(field, IMAGES, scores, step=step, substrate=other)
    assert torch.allclose(found.values, slow_curve(field, IMAGES, other, scores.sum(1), step), atol=1e-12)
    shown = insertion(field, IMAGES, scores, step=step, substrate=other, by="absolute")
    assert torch.allclose(shown.values, slow_curve(field, other, IMAGES, scores.sum(1).abs(), step), atol=1e-12)


def test_equal_scores_leave_in_the_order_of_their_positions(image_net):
    field = xt.ScalarField(image_net, 0)
    few = draw(4, 3, 5, 4, seed=8).sign()
    for scores in (few, torch.zeros_like(few)):
        found = deletion(field, IMAGES, scores, step=1)
        assert torch.allclose(
            found.values, slow_curve(field, IMAGES, torch.zeros_like(IMAGES), scores.sum(1), 1), atol=1e-12
        )


def test_an_attribution_and_its_values_are_one(image_net):
    field = xt.ScalarField(image_net, TARGET)
    found = random_attribution(IMAGES)
    assert torch.equal(deletion(field, IMAGES, found).values, deletion(field, IMAGES, found.values).values)


# Substrates ----------------------------------------------------------------------------------------------------------


def test_the_blur_one_pixel_at_a_time():
    found, sigma = blurred(IMAGES, sigma=1.3), 1.3
    for i in range(5):
        for j in range(4):
            rows, columns = torch.arange(5.0)[:, None] - i, torch.arange(4.0) - j
            weights = (-(rows**2 + columns**2) / (2 * sigma**2)).double().exp()
            expected = (IMAGES * weights).sum((2, 3)) / weights.sum()
            assert torch.allclose(found[:, :, i, j], expected, atol=1e-6)


def test_the_blur_of_one_colour_is_that_colour():
    flat = torch.full((1, 2, 9, 30), 0.7, dtype=torch.float64)
    for sigma in (0.01, 1.0, 5.0, 1e4):
        assert torch.allclose(blurred(flat, sigma=sigma), flat)
    spot = torch.zeros(1, 1, 224, 224, dtype=torch.float64)
    spot[0, 0, 112, 112] = 1
    assert torch.allclose(blurred(spot), blurred(spot, sigma=20.0))
    assert torch.allclose(blurred(spot[..., :112, :112]), blurred(spot[..., :112, :112], sigma=10.0))


def test_curves_end_at_the_substrate(image_net):
    field = xt.ScalarField(image_net, TARGET)
    ends = {
        "black": torch.zeros_like(IMAGES),
        "mean": IMAGES.mean((2, 3), keepdim=True).expand_as(IMAGES),
        "blurred": blurred(IMAGES, sigma=20 * 5 / 224),
    }
    for name, end in ends.items():
        found = deletion(field, IMAGES, IMAGES, substrate=name)
        assert torch.allclose(found.values[:, 0], field.value(IMAGES), atol=1e-12)
        assert torch.allclose(found.values[:, -1], field.value(end), atol=1e-12)
    rescaled = deletion(field, IMAGES, IMAGES, substrate="blurred", rescaled=True).values
    assert torch.allclose(rescaled[:, 0], torch.ones(4, dtype=torch.float64))
    assert torch.allclose(rescaled[:, -1], torch.zeros(4, dtype=torch.float64))
    rows = deletion(xt.ScalarField(linear), POINT, POINT, substrate="mean")
    assert torch.allclose(rows.values[:, -1], linear(POINT.mean().expand(1, 5)))


# Cost, splits and summaries ------------------------------------------------------------------------------------------


def test_counts_its_forward_passes_and_never_holds_more_than_a_batch():
    rows = []

    def counted(x):
        rows.append(len(x))
        return linear(x)

    x = draw(6, 5)
    deletion(xt.ScalarField(counted, batch_size=8), x, x, step=2)
    assert sum(rows) == 6 * (3 + 1)
    assert max(rows) <= 8
    assert len(rows) == 3  # images and steps share their batches


def test_any_batch_split_gives_the_same(image_net):
    scores = draw(4, 3, 5, 4, seed=9)
    whole = deletion(xt.ScalarField(image_net, TARGET), IMAGES, scores, substrate="blurred")
    for size in (1, 7, 1000):
        split = deletion(xt.ScalarField(image_net, TARGET, batch_size=size), IMAGES, scores, substrate="blurred")
        assert torch.allclose(split.values, whole.values, atol=1e-12)
    alone = deletion(xt.ScalarField(image_net, 1), IMAGES[2:3], scores[2:3], substrate="blurred")
    assert torch.allclose(alone.values[0], whole.values[2], atol=1e-12)


def test_the_mean_curve_and_its_error():
    values = torch.tensor([[1.0, 3.0], [2.0, 7.0]])
    curve = Curve(torch.tensor([0.0, 1.0]), values)
    assert torch.equal(curve.mean, torch.tensor([1.5, 5.0]))
    assert torch.allclose(curve.standard_error, torch.tensor([0.5, 2.0]))
    assert torch.equal(curve.area, torch.tensor([2.0, 4.5]))
    assert Curve(curve.fractions, values[:1]).standard_error.isnan().all()


def test_another_default_device_is_not_used_for_images(image_net):
    field = xt.ScalarField(image_net, TARGET)
    expected = insertion(field, IMAGES, IMAGES, substrate="blurred")
    with torch.device("meta"):
        found = insertion(field, IMAGES, IMAGES, substrate="blurred")
    assert torch.equal(found.values, expected.values)
    assert torch.equal(found.fractions, expected.fractions)


def test_one_feature():
    field = xt.ScalarField(lambda x: 2 * x[:, 0])
    found = deletion(field, torch.tensor([[3.0]]), torch.tensor([[1.0]]))
    assert torch.equal(found.values, torch.tensor([[6.0, 0.0]]))
    assert float(found.area) == 3


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float32])
def test_narrow_numbers(dtype):
    x = draw(3, 5).to(dtype)
    found = deletion(xt.ScalarField(linear), x, x)
    assert found.values.dtype == found.area.dtype == dtype
    assert found.values.isfinite().all()
    assert blurred(x[None, None]).dtype == dtype
    wide = torch.ones(1, 70_000, dtype=dtype)  # more features than float16 can count
    area = deletion(xt.ScalarField(lambda x: x.float().mean(1).to(dtype)), wide, wide).area
    assert float(area) == pytest.approx(0.5, abs=0.01)


# Bad inputs ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("judge", [deletion, insertion])
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"step": 0}, "step must be a whole number between 1 and 5, got 0"),
        ({"step": 6}, "step must be a whole number between 1 and 5, got 6"),
        ({"step": 1.5}, "step must be a whole number"),
        ({"substrate": "white"}, "black, blurred, mean, got 'white'"),
        ({"substrate": "blurred"}, "only images"),
        ({"substrate": torch.zeros(1, 4)}, r"of the input's shape \(1, 5\)"),
        ({"substrate": torch.full((1, 5), torch.nan)}, "a substrate must be finite"),
        ({"sigma": 2.0}, "needs substrate='blurred'"),
        ({"by": "size"}, "signed, absolute, got 'size'"),
    ],
)
def test_bad_options(judge, options, message):
    with pytest.raises(xt.InputError, match=message):
        judge(xt.ScalarField(linear), POINT, POINT, **options)


def test_bad_maps():
    field = xt.ScalarField(linear)
    for scores in (POINT[:, :4], POINT[0], [1.0] * 5):
        with pytest.raises(xt.InputError, match="the map must have the input's shape"):
            deletion(field, POINT, scores)
    broken = POINT.clone()
    broken[0, 2] = torch.nan
    with pytest.raises(xt.InputError, match="the map holds NaN"):
        deletion(field, POINT, broken)
    with pytest.raises(xt.InputError, match="the input holds NaN"):
        deletion(field, broken, POINT)
    for sigma in (0.0, -1.0, float("nan")):
        with pytest.raises(xt.InputError, match="sigma must be finite and positive"):
            blurred(IMAGES, sigma=sigma)


def test_nothing_to_rescale():
    x = torch.cat([POINT, torch.zeros_like(POINT)])
    with pytest.raises(xt.InputError, match="f is the same at item 1 and at its substrate"):
        deletion(xt.ScalarField(linear), x, x, rescaled=True)
