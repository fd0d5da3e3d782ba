"""Architectures, resumable training, and checkpoints with their hashes and recipes."""

from .architectures import ARCHITECTURES, CifarNet, DigitNet
from .checkpoints import Checkpoint, checkpoint_info, checkpoint_names, load, load_checkpoint, save_checkpoint
from .efficientnet import EfficientNetLite0
from .recipes import RECIPES, recipe
from .training import Recipe, train

__all__ = [
    "ARCHITECTURES",
    "RECIPES",
    "Checkpoint",
    "CifarNet",
    "DigitNet",
    "EfficientNetLite0",
    "Recipe",
    "checkpoint_info",
    "checkpoint_names",
    "load",
    "load_checkpoint",
    "recipe",
    "save_checkpoint",
    "train",
]
