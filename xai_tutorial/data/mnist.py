"""MNIST from its original idx files, as float images in [0, 1]."""

import gzip
import zlib
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from ..errors import DataError, InputError
from .manifest import read

FILES = {"train": "train", "test": "t10k"}


@dataclass(frozen=True)
class MNIST:
    images: Tensor  # N x 1 x size x size, float32 in [0, 1]
    labels: Tensor  # N, int64

    def __len__(self) -> int:
        return len(self.labels)


def mnist(split: str = "test", *, size: int = 28, count: int | None = None) -> MNIST:
    """The first `count` digits of a split, bilinearly resized when `size` is not 28.

    `size=32` is what the manifold chapters use: the size at which the Burgess encoder halves four times.
    """
    if split not in FILES:
        raise InputError(f"MNIST has the splits 'train' and 'test', not {split!r}")
    if size < 1:
        raise InputError(f"size must be a positive number of pixels, got {size}")
    labels = _idx(f"mnist/{FILES[split]}-labels-idx1-ubyte.gz", dimensions=1)
    if count is not None and not 1 <= count <= len(labels):
        raise InputError(f"count must lie between 1 and {len(labels)}, got {count}")
    pixels = _idx(f"mnist/{FILES[split]}-images-idx3-ubyte.gz", dimensions=3)[:count]
    images = pixels[:, None].float() / 255  # N x 1 x 28 x 28
    if size != 28:
        images = F.interpolate(images, size=(size, size), mode="bilinear", align_corners=False)
    return MNIST(images, labels[:count].long())


def _idx(path: str, *, dimensions: int) -> Tensor:
    """Parse an idx file: two zero bytes, the type (8 = unsigned byte), the number of dimensions, the shape."""
    try:
        raw = gzip.decompress(read(path))
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path} is not a whole gzip file ({error}): restore it from the repository") from None
    header = 4 + 4 * dimensions
    if len(raw) < header or raw[:4] != bytes([0, 0, 8, dimensions]):
        raise DataError(f"{path} is not an idx file of {dimensions}-dimensional bytes: restore it from the repository")
    shape = [int.from_bytes(raw[4 + 4 * i : 8 + 4 * i], "big") for i in range(dimensions)]
    content = torch.frombuffer(bytearray(raw[header:]), dtype=torch.uint8)
    if content.numel() != torch.Size(shape).numel():
        raise DataError(f"{path} holds {content.numel()} bytes but announces {shape}: restore it from the repository")
    return content.reshape(shape)
