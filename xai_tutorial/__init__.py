"""Learn, and check, how gradient explanations work. The public names; the course is in `notebooks/`."""

from .attribution import Attribution
from .data import CIFAR10_CLASSES, LabelledImages, Photographs, cifar10, imagenet_name, mnist, photographs
from .errors import DataError, FieldError, InputError, TutorialError, UnknownNameError
from .field import ScalarField
from .heat import GaussianMixture, heatflow, interaction_strength, smoothed_value, smoothgrad
from .models import CifarNet, DigitNet, checkpoint_info, checkpoint_names, load, load_checkpoint

__version__ = "0.1.0"

__all__ = [
    "CIFAR10_CLASSES",
    "Attribution",
    "CifarNet",
    "DataError",
    "DigitNet",
    "FieldError",
    "GaussianMixture",
    "InputError",
    "LabelledImages",
    "Photographs",
    "ScalarField",
    "TutorialError",
    "UnknownNameError",
    "checkpoint_info",
    "checkpoint_names",
    "cifar10",
    "heatflow",
    "imagenet_name",
    "interaction_strength",
    "load",
    "load_checkpoint",
    "mnist",
    "photographs",
    "smoothed_value",
    "smoothgrad",
]
