"""The idx files of MNIST, gzipped, in which small images ship."""

import gzip
import zlib

import torch
from torch import Tensor

from ..errors import DataError
from .manifest import read


def read_idx(path: str, *, dimensions: int) -> Tensor:
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
