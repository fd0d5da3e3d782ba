"""SAMP, the salient manipulation path: at every step the features that change f most go to their end (Eq. 11 of samp).

The Concentration Principle (Definition 1) asks for the path whose attributions have the largest variance; under the
paper's assumption a greedy choice comes near it. No code of the authors is public: this follows the slides, and where
they are silent says so.
"""

import math

import torch
from torch import Tensor

from ..attribution import Attribution
from ..draws import normal, seeded
from ..errors import InputError, UnknownNameError
from ..field import ScalarField
from .integral import check_ends
from .walk import walk

DIRECTIONS = ("insertion", "deletion")
CHOICES = ("signed", "absolute")


def samp(
    field: ScalarField,
    start: Tensor,
    end: Tensor,
    *,
    direction: str = "insertion",
    step: int | None = None,
    by_pixel: bool | None = None,
    constraint: float | None = None,
    momentum: float = 0.0,
    choice: str = "signed",
    nodes: int | str = 8,
    keep_path: bool = False,
) -> Attribution:
    """The line integral along the greedy path from `start` to `end`, B x ...; it explains f(end) − f(start).

    At each point, alpha_j = d_j f (end_j − x_j) says what feature j would add; the `step` features with the largest
    alpha go all the way ("insertion"), or those with the smallest ("deletion"). `choice="absolute"` takes the largest
    |alpha|, as the printed algorithm box has it. Pictures (B x C x H x W) move pixel by pixel, their channels together,
    unless `by_pixel=False`. `step=None` is a hundredth of them.

    `constraint` (the infinitesimal constraint) scales a move down to that fraction of the whole l1 distance.
    `momentum` averages the gradients that *choose*; the attribution always takes the true ones, so that it adds up.
    Both together are SAMP++. A whole jump crosses much of f's curvature, so that it is integrated with `nodes` Gauss-
    Legendre points; with a small constraint "trapezoid" is enough. Cost: 1 + `nodes` gradients a move, n / step moves,
    and up to 1 / constraint more.
    """
    for name, value, known in (("direction", direction, DIRECTIONS), ("choice", choice, CHOICES)):
        if value not in known:
            raise UnknownNameError(name, value, known)
    check_ends(field, start, end)
    by_pixel = start.dim() == 4 if by_pixel is None else by_pixel
    features = start[0, 0].numel() if by_pixel else start[0].numel()
    step = max(1, math.ceil(features / 100)) if step is None else step
    if not 1 <= step <= features:
        raise InputError(f"step must lie between 1 and the number of features, {features}, got {step}")
    if constraint is not None and not 0 < constraint <= 1:
        raise InputError(f"constraint must lie in (0, 1], got {constraint}")
    if not 0 <= momentum < 1:
        raise InputError(f"momentum must lie in [0, 1), got {momentum}")
    guide = torch.zeros_like(start)
    longest = None if constraint is None else constraint * (end - start).abs().flatten(1).sum(1)  # B
    sign = -1 if direction == "deletion" else 1

    def move(points: Tensor, slopes: Tensor, rows: Tensor) -> Tensor:
        guide[rows] = momentum * guide[rows] + (1 - momentum) * slopes
        way = end[rows] - points
        gain = _together(guide[rows] * way, by_pixel)  # R x n
        gain = gain.abs() if choice == "absolute" else sign * gain
        arrived = _together((way != 0).to(way.dtype), by_pixel) == 0
        chosen = torch.zeros_like(gain).scatter(1, gain.masked_fill(arrived, -torch.inf).topk(step).indices, 1.0)
        mask = _apart(chosen, way, by_pixel) != 0
        if longest is None:
            return torch.where(mask, end[rows], points)
        length = (way.abs() * mask).flatten(1).sum(1)  # R
        share = (longest[rows] / length).clamp(max=1).reshape(-1, *[1] * (way.dim() - 1))
        return torch.where(mask, torch.where(share >= 1, end[rows], points + share * way), points)

    most = math.ceil(features / step) + (0 if constraint is None else math.ceil(1 / constraint)) + 1
    name = "SAMP++" if momentum and constraint else "SAMP"
    picture = end if direction == "insertion" else start
    return walk(field, start, end, move, most=most, nodes=nodes, method=name, inputs=picture, keep_path=keep_path)


def random_path(
    field: ScalarField,
    start: Tensor,
    end: Tensor,
    *,
    step: int,
    nodes: int | str = 8,
    generator: torch.Generator | None = None,
) -> Attribution:
    """SAMP's control: at every step other pixels, drawn at random, go to their end. Cost: as SAMP's."""
    check_ends(field, start, end)
    generator, by_pixel = seeded(generator), start.dim() == 4

    def move(points: Tensor, slopes: Tensor, rows: Tensor) -> Tensor:
        way = end[rows] - points
        draw = normal(_together(way, by_pixel).shape, generator, way)
        arrived = _together((way != 0).to(way.dtype), by_pixel) == 0
        chosen = torch.zeros_like(draw).scatter(1, draw.masked_fill(arrived, -torch.inf).topk(step).indices, 1.0)
        return torch.where(_apart(chosen, way, by_pixel) != 0, end[rows], points)

    features = start[0, 0].numel() if by_pixel else start[0].numel()
    most = math.ceil(features / step)
    return walk(field, start, end, move, most=most, nodes=nodes, method="Random path", inputs=end)


def _together(values: Tensor, by_pixel: bool) -> Tensor:
    """What moves as one, added up: R x n."""
    return (values.sum(1) if by_pixel else values).flatten(1)


def _apart(values: Tensor, like: Tensor, by_pixel: bool) -> Tensor:
    """The inverse for a mask: R x n spread over the channels to the shape of `like`."""
    if by_pixel:
        return values.reshape(len(like), 1, *like.shape[2:]).expand_as(like)
    return values.reshape(like.shape)
