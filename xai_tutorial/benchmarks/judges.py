"""The judges against their own forward passes, against loops over images, and against captum's metrics.

All of it on DigitNet and 64 MNIST digits of 32 x 32 (loops over single passes: on 8 of them). Captum runs with all
rows at once and with as many as our batches hold, and counts with the faster; without captum its rows are left out.
One pass of a larger batch comes first: after it the C library's allocator keeps its memory between passes, whose
return to the system would slow either side at random by half.
"""

import math
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec

import torch
from torch import Tensor

from ..data import mnist
from ..field import ScalarField
from ..judges import deletion, infidelity, insertion, max_sensitivity, sensitivity_n
from ..models import load
from . import Row
from .timing import best_of

DIGITS, FEW = 64, 8
REPEATS = 3
SIZES, SUBSETS = [10, 100], 24  # of sensitivity-N
DRAWS = 10  # captum's default
SIGMA, RADIUS = 0.1, 0.02


def judges_rows() -> Iterator[Row]:
    digits = mnist("test", size=32, count=DIGITS)
    field, x = ScalarField(load("digits_relu"), digits.labels), digits.images
    scores = x * field.gradient(x)
    bare_passes(ScalarField(field.function, batch_size=4 * field.rows_at_once(x)), x, 4 * field.rows_at_once(x))
    yield from _curves(field, x, scores)
    yield from _sensitivity_n(field, x, scores)
    if find_spec("captum") is not None:
        yield _infidelity(field, x, scores)
        yield _max_sensitivity(field, x)


def _curves(field: ScalarField, x: Tensor, scores: Tensor) -> Iterator[Row]:
    """Both curves, over their bare forward passes and over loops."""
    pixels = x[0, 0].numel()
    step = math.ceil(pixels / 100)
    places = math.ceil(pixels / step) + 1
    what = f"deletion and insertion of {DIGITS} digits, {places} points each"
    raw = {"peer": partial(bare_passes, field, x, 2 * places * len(x))}
    yield _row("judges/curves, overhead", f"{what}, over their forward passes", _curves_of(field, x, scores), raw, 1.2)
    loop = {"peer": one_image_at_a_time(field, x, scores, _curves_of)}
    yield _row("judges/curves, images", f"{what}, against one digit at a time", _curves_of(field, x, scores), loop)
    few = field.for_rows(torch.arange(FEW, device=x.device)), x[:FEW], scores[:FEW]
    steps = {"peer": partial(curves_by_steps, *few, step)}
    what = f"deletion and insertion of {FEW} digits, against one digit and one step at a time"
    yield _row("judges/curves, steps", what, _curves_of(*few), steps)


def _sensitivity_n(field: ScalarField, x: Tensor, scores: Tensor) -> Iterator[Row]:
    what = f"sensitivity-N of {DIGITS} digits, {SUBSETS} subsets of each of {len(SIZES)} sizes"
    loop = {"peer": one_image_at_a_time(field, x, scores, _correlations_of)}
    ours = _correlations_of(field, x, scores)
    yield _row("judges/sensitivity-N, images", f"{what}, against one digit at a time", ours, loop)
    few = field.for_rows(torch.arange(FEW, device=x.device)), x[:FEW], scores[:FEW]
    what = f"sensitivity-N of {FEW} digits, against one digit and one subset at a time"
    subsets = {"peer": partial(correlations_by_subsets, *few)}
    yield _row("judges/sensitivity-N, subsets", what, _correlations_of(*few), subsets)


def _infidelity(field: ScalarField, x: Tensor, scores: Tensor) -> Row:
    from captum.metrics import infidelity as peer

    def perturb(inputs: Tensor) -> tuple[Tensor, Tensor]:
        noise = SIGMA * torch.randn_like(inputs)
        return noise, inputs - noise

    def captum(rows: int | None) -> Callable[[], Tensor]:
        options = {"target": field.target, "n_perturb_samples": DRAWS, "max_examples_per_batch": rows}
        return partial(peer, field.function, perturb, x, scores, **options)

    what = f"infidelity of {DIGITS} digits, {DRAWS} draws, against captum"
    peers = {"all at once": captum(None), "in batches": captum(field.rows_at_once(x))}
    ours = partial(infidelity, field, x, scores, sigma=SIGMA, samples=DRAWS)
    return _row("judges/infidelity", what, ours, peers)


def _max_sensitivity(field: ScalarField, x: Tensor) -> Row:
    from captum.attr import Saliency
    from captum.metrics import sensitivity_max as peer

    explain = Saliency(field.function).attribute

    def captum(rows: int | None) -> Callable[[], Tensor]:
        options = {"perturb_radius": RADIUS, "n_perturb_samples": DRAWS, "max_examples_per_batch": rows}
        return partial(peer, explain, x, target=field.target, abs=False, **options)

    what = f"max-sensitivity of the gradient of {DIGITS} digits, {DRAWS} draws, against captum"
    peers = {"all at once": captum(None), "in batches": captum(field.rows_at_once(x))}
    ours = partial(max_sensitivity, field, x, ScalarField.gradient, radius=RADIUS, samples=DRAWS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # captum's, about inputs that require no gradient
        return _row("judges/max-sensitivity", what, ours, peers)


def _curves_of(field: ScalarField, x: Tensor, scores: Tensor) -> Callable[[], Tensor]:
    return lambda: torch.stack([judge(field, x, scores).values for judge in (deletion, insertion)], 1)  # B x 2 x S+1


def _correlations_of(field: ScalarField, x: Tensor, scores: Tensor) -> Callable[[], Tensor]:
    return partial(sensitivity_n, field, x, scores, n=SIZES, samples=SUBSETS)  # B x K


def bare_passes(field: ScalarField, x: Tensor, rows: int) -> None:
    """`rows` forward passes of the model, in batches as large as the field's."""
    size = field.rows_at_once(x)
    points = x.repeat(math.ceil(size / len(x)), 1, 1, 1)[:size]
    with torch.no_grad():
        for begin in range(0, rows, size):
            field.function(points[: min(size, rows - begin)])


def one_image_at_a_time(field: ScalarField, x: Tensor, scores: Tensor, judge) -> Callable[[], Tensor]:
    def row(b: int) -> Tensor:
        return judge(field.for_rows(torch.tensor([b], device=x.device)), x[b : b + 1], scores[b : b + 1])()

    return lambda: torch.cat([row(b) for b in range(len(x))])


def curves_by_steps(field: ScalarField, x: Tensor, scores: Tensor, step: int) -> Tensor:
    """Deletion and insertion as they are often written: B x 2 x S+1."""
    curves = []
    with torch.no_grad():
        for image, score, label in zip(x, scores, field.target, strict=True):
            order = score.flatten().argsort(descending=True, stable=True)
            for start, end in ((image, torch.zeros_like(image)), (torch.zeros_like(image), image)):
                point, values = start.clone(), []
                for begin in range(0, len(order) + step, step):
                    values.append(field.function(point[None])[0, label])
                    moved = order[begin : begin + step]
                    point.view(-1)[moved] = end.reshape(-1)[moved]
                curves.append(torch.stack(values))
    return torch.stack(curves).reshape(len(x), 2, -1)


def correlations_by_subsets(field: ScalarField, x: Tensor, scores: Tensor) -> Tensor:
    """Sensitivity-N as it is often written, on subsets of its own: B x K."""
    generator, found = torch.Generator(device="cpu").manual_seed(0), []
    with torch.no_grad():
        for image, score, label in zip(x, scores.flatten(1), field.target, strict=True):
            whole = field.function(image[None])[0, label]
            for size in SIZES:
                pairs = []
                for _ in range(SUBSETS):
                    subset = torch.randperm(len(score), generator=generator, device="cpu")[:size].to(x.device)
                    point = image.clone()
                    point.view(-1)[subset] = 0
                    pairs.append(torch.stack([score[subset].sum(), whole - field.function(point[None])[0, label]]))
                found.append(torch.corrcoef(torch.stack(pairs, 1))[0, 1])
    return torch.stack(found).reshape(len(x), len(SIZES))


def _row(name: str, what: str, ours: Callable, peers: dict[str, Callable], at_most: float | None = None) -> Row:
    """Ours against the fastest of the peers, or, with `at_most`, over the one peer that is its floor."""
    seconds = best_of({"ours": ours, **peers}, repeats=REPEATS)
    mine, fastest = seconds.pop("ours"), min(seconds.values())
    ratio = fastest / mine if at_most is None else mine / fastest
    goal, met = ("> 1", ratio > 1) if at_most is None else (f"<= {at_most}", ratio <= at_most)
    return Row(name, what, mine, fastest, ratio, goal, met)
