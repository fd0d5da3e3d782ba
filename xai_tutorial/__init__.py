"""Learn, and check, how gradient explanations work. The public names; the course is in `notebooks/`."""

from .attribution import Attribution
from .data import MNIST, mnist
from .errors import DataError, FieldError, InputError, TutorialError, UnknownNameError
from .field import ScalarField
from .heat import GaussianMixture, heatflow, interaction_strength, smoothed_value, smoothgrad
from .models import DigitNet, checkpoint_info, checkpoint_names, load, load_checkpoint

__version__ = "0.1.0"

__all__ = [
    "MNIST",
    "Attribution",
    "DataError",
    "DigitNet",
    "FieldError",
    "GaussianMixture",
    "InputError",
    "ScalarField",
    "TutorialError",
    "UnknownNameError",
    "checkpoint_info",
    "checkpoint_names",
    "heatflow",
    "interaction_strength",
    "load",
    "load_checkpoint",
    "mnist",
    "smoothed_value",
    "smoothgrad",
]
