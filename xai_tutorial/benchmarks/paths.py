"""The line integral and the walks against the gradients that they evaluate, and against captum."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from ..data import mnist
from ..errors import DataError
from ..field import ScalarField
from ..models import load
from ..paths import blur_ig, guided_ig, integrated_gradients, samp
from . import Row
from .timing import best_of

STEPS = 50


def paths_rows() -> Iterator[Row]:
    digits = mnist("test", size=32, count=64)
    x, y, model = digits.images, digits.labels, load("digits_smooth")
    field = ScalarField(model, y)
    yield from _integrated_gradients(field, model, x, y)
    few, some = x[:16], ScalarField(model, y[:16])
    black = torch.zeros_like(few)
    for name, method in {
        "BlurIG": lambda field: blur_ig(field, few, steps=STEPS),
        "GuidedIG": lambda field: guided_ig(field, few, steps=STEPS),
        "SAMP": lambda field: samp(field, black, few, constraint=0.02, nodes="trapezoid"),
    }.items():
        yield _against_its_gradients(name, method, some, few)


def _integrated_gradients(field: ScalarField, model, x: Tensor, y: Tensor) -> Iterator[Row]:
    peers = _captum()
    calls = {
        "ours": lambda: integrated_gradients(field, x, steps=STEPS),
        "captum": lambda: peers.IntegratedGradients(model).attribute(x, 0.0, y, n_steps=STEPS),
        "captum, in batches": lambda: peers.IntegratedGradients(model).attribute(
            x, 0.0, y, n_steps=STEPS, internal_batch_size=len(x)
        ),
        "bare gradients": lambda: [_bare(field, x) for _ in range(STEPS)],
    }
    seconds = best_of(calls, repeats=2)
    for peer in ("captum", "captum, in batches"):
        ratio = seconds[peer] / seconds["ours"]
        what = f"IG of 64 digits in {STEPS} steps: {peer} over ours"
        yield Row(f"paths/IG, {peer}", what, seconds["ours"], seconds[peer], ratio, ">= 1", ratio >= 1)
    ratio = seconds["ours"] / seconds["bare gradients"]
    what = f"IG of 64 digits over {STEPS} bare forward and backward passes"
    yield Row("paths/IG bound", what, seconds["ours"], seconds["bare gradients"], ratio, "<= 1.1", ratio <= 1.1)


def _against_its_gradients(name: str, method: Callable, field: ScalarField, x: Tensor) -> Row:
    """The method against bare gradients of as many rows, in the sizes in which it asked for them."""
    sizes = []

    def counted(points: Tensor) -> Tensor:
        if points.requires_grad:
            sizes.append(len(points))
        return field.function(points)

    method(ScalarField(counted, field.target))
    pool = x.repeat(field.rows_at_once(x) // len(x) + 1, 1, 1, 1)
    batches = [pool[:size] for size in sizes]
    seconds = best_of(
        {"ours": lambda: method(field), "bare": lambda: [_bare(field, batch) for batch in batches]}, repeats=3
    )
    ratio = seconds["ours"] / seconds["bare"]
    what = f"{name} of {len(x)} digits over its own {sum(sizes)} bare gradients"
    return Row(f"paths/{name} bound", what, seconds["ours"], seconds["bare"], ratio, "<= 1.2", ratio <= 1.2)


def _bare(field: ScalarField, x: Tensor) -> Tensor:
    leaf = x.clone().requires_grad_()
    return torch.autograd.grad(field.function(leaf)[:, 7].sum(), leaf)[0]


def _captum():
    try:
        import captum.attr
    except ImportError:
        raise DataError("captum is not installed: `pip install xai_tutorial[peers]`") from None
    return captum.attr
