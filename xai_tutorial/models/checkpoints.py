"""Checkpoints: safetensors files whose header says what the network is, how it was made and what it reached."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor, nn

from ..data import entries, read
from ..errors import DataError, UnknownNameError
from .architectures import ARCHITECTURES


@dataclass(frozen=True)
class Checkpoint:
    """What a checkpoint's header says."""

    name: str
    architecture: str
    options: dict
    recipe: dict  # every setting of the training
    reached: dict  # the numbers it reached, by measure
    made_with: dict = field(default_factory=dict)  # versions, threads, seconds


def checkpoint_names() -> list[str]:
    """The checkpoints that ship."""
    files = (Path(path) for path in entries() if path.startswith("checkpoints/"))
    return [file.stem for file in files if file.suffix == ".safetensors"]


def load(name: str, *, device: torch.device | str = "cpu") -> nn.Module:
    """A trained network that ships, in evaluation mode, its parameters frozen; its hash is checked."""
    if name not in checkpoint_names():
        raise UnknownNameError("checkpoint", name, checkpoint_names())
    return _build(read(f"checkpoints/{name}.safetensors"), name, device)


def load_checkpoint(file: str | Path, *, device: torch.device | str = "cpu") -> nn.Module:
    """The same from a file of your own, which no manifest vouches for."""
    return _build(_bytes(file), str(file), device)


def checkpoint_info(name_or_file: str | Path) -> Checkpoint:
    """The header alone: the recipe and the numbers that were reached."""
    if str(name_or_file) in checkpoint_names():
        return _header(read(f"checkpoints/{name_or_file}.safetensors"), str(name_or_file))
    return _header(_bytes(name_or_file), str(name_or_file))


def save_checkpoint(file: str | Path, model: nn.Module, info: Checkpoint) -> None:
    write_tensors(file, model.state_dict(), {"checkpoint": json.dumps(asdict(info))})


def write_tensors(file: str | Path, tensors: dict[str, Tensor], metadata: dict[str, str]) -> None:
    """Write beside the target, then replace it in one step: a kill at any moment leaves the old file or the new."""
    content = save_tensors({key: value.detach().cpu().contiguous() for key, value in tensors.items()}, metadata)
    file = Path(file)
    with NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}.", delete=False) as temporary:
        temporary.write(content)
        temporary.flush()
        os.fsync(temporary.fileno())
    os.chmod(temporary.name, 0o644)
    os.replace(temporary.name, file)


def read_tensors(content: bytes, origin: str) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The tensors and the metadata of a safetensors file's bytes."""
    try:
        tensors = load_tensors(content)
        header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    except (SafetensorError, ValueError) as error:
        raise DataError(f"{origin} is not a whole safetensors file ({error}): restore it or train it again") from None
    return tensors, header.get("__metadata__", {})


def _bytes(file: str | Path) -> bytes:
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise DataError(f"{file} cannot be read as a checkpoint ({error.strerror})") from None


def _header(content: bytes, origin: str) -> Checkpoint:
    _, metadata = read_tensors(content, origin)
    try:
        return Checkpoint(**json.loads(metadata["checkpoint"]))
    except (KeyError, TypeError, ValueError):
        raise DataError(f"{origin} has no checkpoint header: it was not written by `xai-tutorial train`") from None


def _build(content: bytes, origin: str, device: torch.device | str) -> nn.Module:
    info = _header(content, origin)
    tensors, _ = read_tensors(content, origin)
    if info.architecture not in ARCHITECTURES:
        raise DataError(f"{origin} needs the architecture {info.architecture!r}, which this version does not have")
    with torch.device("meta"):  # no memory, no random numbers: the file brings the values and their dtype
        model = ARCHITECTURES[info.architecture](**info.options)
    try:
        model.load_state_dict(tensors, assign=True)
    except RuntimeError as error:
        raise DataError(f"{origin} does not fit {info.architecture}: {' '.join(str(error).split())}") from None
    if any(not value.isfinite().all() for value in tensors.values()):
        raise DataError(f"{origin} holds values that are not finite: train it again")
    return model.to(device).eval().requires_grad_(False)
