"""MNIST from its original idx files, as float images in [0, 1]."""

import torch.nn.functional as F

from ..errors import InputError
from .idx import read_idx
from .labelled import LabelledImages

FILES = {"train": "train", "test": "t10k"}


def mnist(split: str = "test", *, size: int = 28, count: int | None = None) -> LabelledImages:
    """The first `count` digits of a split, N x 1 x size x size, bilinearly resized when `size` is not 28.

    `size=32` is what the manifold chapters use: the size at which the Burgess encoder halves four times.
    """
    if split not in FILES:
        raise InputError(f"MNIST has the splits 'train' and 'test', not {split!r}")
    if size < 1:
        raise InputError(f"size must be a positive number of pixels, got {size}")
    labels = read_idx(f"mnist/{FILES[split]}-labels-idx1-ubyte.gz", dimensions=1)
    if count is not None and not 1 <= count <= len(labels):
        raise InputError(f"count must lie between 1 and {len(labels)}, got {count}")
    pixels = read_idx(f"mnist/{FILES[split]}-images-idx3-ubyte.gz", dimensions=3)[:count]
    images = pixels[:, None].float() / 255  # N x 1 x 28 x 28
    if size != 28:
        images = F.interpolate(images, size=(size, size), mode="bilinear", align_corners=False)
    return LabelledImages(images, labels[:count].long())
