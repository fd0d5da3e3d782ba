"""The checks of `00_start_here`."""

import torch

from .exercises import Wrong, call, close, exercise


@exercise(
    "0.1",
    "`attribution.values` has the shape of the images; add up all pixels of each image.",
    "Compare that sum with `attribution.total`; the library has the same number as `attribution.gap`.",
)
def gap_by_hand(answer) -> None:
    from ..attribution import Attribution

    values = torch.arange(12.0, dtype=torch.float64).reshape(2, 1, 2, 3)
    made = Attribution("made up", values, values, total=torch.tensor([14.0, 52.0], dtype=torch.float64))
    found = torch.as_tensor(call(answer, made)).flatten()
    if found.shape != (2,):
        raise Wrong(f"There should be one gap for each of the 2 images; you return {found.numel()} number(s).")
    if torch.allclose(found, -made.gap):
        raise Wrong("The sign is the other way round: a gap is what the map says minus what it should say.")
    if not torch.allclose(found, made.gap):
        raise Wrong(f"On a made-up attribution the gaps are {made.gap.tolist()}; you return {found.tolist()}.")


@exercise(
    "0.2",
    "Compute the smoothed value of the logit and subtract the logit of the picture itself.",
    "`xt.smoothed_value(field, images, time=0.08).value - field.value(images)`, for the first image.",
)
def a_logit_in_noise(answer) -> None:
    from .. import ScalarField, load, mnist, smoothed_value

    if answer not in ("rises", "falls"):
        raise Wrong('Answer with one of the words "rises" and "falls".')
    seven = mnist("test", size=32, count=1)
    field = ScalarField(load("digits_smooth"), target=seven.labels)
    change = smoothed_value(field, seven.images, time=0.08, samples=128).value - field.value(seven.images)
    if answer != ("rises" if float(change) > 0 else "falls"):
        raise Wrong("A probability and a logit need not move together: compute the logit's change.")


@exercise("0.3", "A direction costs two gradients, one on either side of the image.")
def gradients_of_a_map(answer) -> None:
    if not close(answer, 2048):
        raise Wrong("With samples=1024 at one time, how many gradients does each image cost?")
