"""Training that can be killed at any moment and resumed to the same result.

Everything random is a function of the seed and the step alone: the order of an epoch comes from (seed, epoch), the
dropout masks of a step from (seed, step). So the state to save is the weights, the optimiser and the step.
"""

import json
import math
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from tqdm import tqdm

from ..data import LabelledImages, cifar10, mnist
from ..errors import DataError, UnknownNameError
from .architectures import ARCHITECTURES
from .checkpoints import Checkpoint, read_tensors, save_checkpoint, write_tensors


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How a classifier is trained: every setting, so that the checkpoint's header can hold it whole."""

    name: str
    architecture: str
    options: dict
    epochs: int
    batch: int
    learning_rate: float
    image_size: int
    dataset: str = "mnist"  # or "cifar10", whose image_size is 32
    shift: int = 0  # each image moves by up to this many pixels, at random, in both directions
    flip: bool = False  # every other image, at random, is mirrored left to right
    momentum: float | None = None  # None: Adam; a number: SGD with this Nesterov momentum
    weight_decay: float = 0.0
    warmup: float = 0.0  # the share of the steps over which the learning rate rises
    seed: int = 0
    images: int | None = None  # None: the whole training split
    test_images: int | None = None

    def data(self, split: str) -> LabelledImages:
        count = self.images if split == "train" else self.test_images
        if self.dataset == "cifar10":
            return cifar10("train" if split == "train" else "whole test", count=count)
        if self.dataset == "mnist":
            return mnist(split, size=self.image_size, count=count)
        raise UnknownNameError("data set", self.dataset, ("cifar10", "mnist"))

    def optimizer(self, model: nn.Module) -> torch.optim.Optimizer:
        settings = {"lr": self.learning_rate, "weight_decay": self.weight_decay}
        if self.momentum is None:
            return torch.optim.Adam(model.parameters(), **settings)
        return torch.optim.SGD(model.parameters(), momentum=self.momentum, nesterov=True, **settings)

    def loss(self, model: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
        images = _shifted(images, self.shift)
        return F.cross_entropy(model(_mirrored(images) if self.flip else images), labels)

    def measure(self, model: nn.Module, data: LabelledImages, device: torch.device) -> dict[str, float]:
        with torch.no_grad():
            batches = zip(data.images.split(500), data.labels.split(500), strict=True)
            right = sum(int((model(x.to(device)).argmax(1).cpu() == y).sum()) for x, y in batches)
        return {"test_accuracy": right / len(data)}

    def rate(self, step: int, steps: int) -> float:
        """A line up to the learning rate, then a cosine to 0: a function of the step, so that it needs no state."""
        rise = round(self.warmup * steps)
        if step < rise:
            return self.learning_rate * (step + 1) / rise
        return self.learning_rate * 0.5 * (1 + math.cos(math.pi * (step - rise) / (steps - rise)))


def _shifted(images: Tensor, reach: int) -> Tensor:
    """Each image moved by its own whole number of pixels; what leaves on one side is cut, the gap is filled with 0."""
    if reach == 0:
        return images
    batch, _, height, width = images.shape
    moves = torch.randint(0, 2 * reach + 1, (2, batch, 1), device=images.device)
    rows = moves[0] + torch.arange(height, device=images.device)  # B x H
    columns = moves[1] + torch.arange(width, device=images.device)  # B x W
    item = torch.arange(batch, device=images.device)[:, None, None]
    padded = F.pad(images, (reach, reach, reach, reach)).movedim(1, -1)  # B x H + 2s x W + 2s x C
    return padded[item, rows[:, :, None], columns[:, None, :]].movedim(-1, 1)


def _mirrored(images: Tensor) -> Tensor:
    """Each image mirrored left to right, or not, by its own coin."""
    coins = torch.rand(len(images), 1, 1, 1, device=images.device) < 0.5  # B x 1 x 1 x 1
    return torch.where(coins, images.flip(-1), images)


def train(
    recipe: Recipe,
    out: str | Path,
    *,
    resume: bool = False,
    device: torch.device | str = "cpu",
    save_every: float = 20.0,
    progress: bool = True,
) -> Path:
    """Train to the end and write `out/NAME.safetensors`; an interrupted run continues with `resume=True`.

    The state is saved at the start and every `save_every` seconds in `out/NAME.state`, and removed at the end.
    """
    out, device, began = Path(out), torch.device(device), time.monotonic()
    target, state = out / f"{recipe.name}.safetensors", out / f"{recipe.name}.state"
    _check_output(target, state, resume)
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(recipe.seed)
        model = ARCHITECTURES[recipe.architecture](**recipe.options).to(device, torch.float32)
        optimizer = recipe.optimizer(model)
        start, seconds = _restore(state, recipe, model, optimizer) if state.is_file() else (0, 0.0)
        _run(recipe, model, optimizer, state, start, seconds, device, save_every, progress)
    model.eval()
    info = Checkpoint(
        name=recipe.name,
        architecture=recipe.architecture,
        options=recipe.options,
        recipe=asdict(recipe),
        reached=recipe.measure(model, recipe.data("test"), device),
        made_with={
            "torch": torch.__version__,
            "device": device.type,
            "threads": torch.get_num_threads(),
            "seconds": round(seconds + time.monotonic() - began, 1),
        },
    )
    save_checkpoint(target, model, info)
    state.unlink(missing_ok=True)
    return target


def _run(recipe, model, optimizer, state, start, seconds, device, save_every, progress) -> None:
    data = recipe.data("train")
    per_epoch = math.ceil(len(data) / recipe.batch)
    steps = recipe.epochs * per_epoch
    began = last = time.monotonic()
    model.train()
    _save(state, recipe, model, optimizer, start, seconds)
    bar = tqdm(range(start, steps), initial=start, total=steps, desc=recipe.name, disable=not progress)
    try:
        for step in bar:
            epoch, position = divmod(step, per_epoch)
            if position == 0 or step == start:
                order = torch.randperm(len(data), generator=torch.Generator().manual_seed(recipe.seed + 1000 * epoch))
            rows = order[position * recipe.batch : (position + 1) * recipe.batch]
            loss = _step(recipe, model, optimizer, data, rows, step, steps, device)
            if time.monotonic() - last > save_every:
                last = time.monotonic()
                bar.set_postfix(loss=f"{loss:.3f}")
                _save(state, recipe, model, optimizer, step + 1, seconds + last - began)
    except KeyboardInterrupt:
        # The step under way may be half done, so the state on disk stays the last whole one.
        raise SystemExit(f"\nstopped; go on with `xai-tutorial train {recipe.name} --resume`") from None


def _step(recipe, model, optimizer, data, rows, step, steps, device) -> float:
    torch.manual_seed(recipe.seed * 1_000_003 + step)
    for group in optimizer.param_groups:
        group["lr"] = recipe.rate(step, steps)
    loss = recipe.loss(model, data.images[rows].to(device), data.labels[rows].to(device))
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    if not loss.isfinite():
        raise DataError(f"the loss of {recipe.name} is not finite at step {step}: lower its learning rate")
    return loss.item()


def _save(state: Path, recipe: Recipe, model: nn.Module, optimizer, step: int, seconds: float) -> None:
    tensors = {f"model/{key}": value for key, value in model.state_dict().items()}
    for index, values in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer/{index}/{key}": value for key, value in values.items()}
    metadata = {"recipe": json.dumps(asdict(recipe)), "step": str(step), "seconds": str(seconds)}
    write_tensors(state, tensors, metadata)


def _restore(state: Path, recipe: Recipe, model: nn.Module, optimizer) -> tuple[int, float]:
    tensors, metadata = read_tensors(state.read_bytes(), str(state))
    if json.loads(metadata["recipe"]) != asdict(recipe):
        raise DataError(f"{state} belongs to other settings of {recipe.name}: remove it, or use the recipe it was for")
    parts: dict = {"model": {}, "optimizer": {}}
    for key, value in tensors.items():
        part, rest = key.split("/", 1)
        parts[part][rest] = value
    model.load_state_dict(parts["model"])
    slots: dict = {}
    for key, value in parts["optimizer"].items():
        index, name = key.split("/")
        slots.setdefault(int(index), {})[name] = value
    optimizer.load_state_dict({"state": slots, "param_groups": optimizer.state_dict()["param_groups"]})
    return int(metadata["step"]), float(metadata["seconds"])


def _check_output(target: Path, state: Path, resume: bool) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"{target.parent} cannot be made ({error.strerror}): choose another --out") from None
    if not os.access(target.parent, os.W_OK):
        raise DataError(f"{target.parent} cannot be written to: choose another --out")
    if target.exists():
        raise DataError(f"{target} exists already: remove it, or choose another --out")
    if state.exists() and not resume:
        raise DataError(f"{state} holds an interrupted run: go on with --resume, or remove it to start again")
    if resume and not state.exists():
        raise DataError(f"{state} does not exist, so there is nothing to resume: run without --resume")
