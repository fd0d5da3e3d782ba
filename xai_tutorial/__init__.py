"""Learn, and check, how gradient explanations work. The public names; the course is in `notebooks/`."""

from .attribution import Attribution
from .data import CIFAR10_CLASSES, LabelledImages, Photographs, cifar10, imagenet_name, mnist, photographs
from .errors import DataError, FieldError, InputError, TutorialError, UnknownNameError
from .field import ScalarField
from .heat import GaussianMixture, heatflow, interaction_strength, smoothed_value, smoothgrad
from .judges import deletion, infidelity, insertion, max_sensitivity, paired_difference, sensitivity_n
from .models import CifarNet, DigitNet, checkpoint_info, checkpoint_names, load, load_checkpoint
from .paths import (
    BezierPath,
    BlurPath,
    Polyline,
    StraightPath,
    blur_ig,
    expected_gradients,
    gradient,
    guided_ig,
    input_times_gradient,
    integrate,
    integrated_gradients,
    samp,
    smooth_ig,
)

__version__ = "0.1.0"

__all__ = [
    "CIFAR10_CLASSES",
    "Attribution",
    "BezierPath",
    "BlurPath",
    "CifarNet",
    "DataError",
    "DigitNet",
    "FieldError",
    "GaussianMixture",
    "InputError",
    "LabelledImages",
    "Photographs",
    "Polyline",
    "ScalarField",
    "StraightPath",
    "TutorialError",
    "UnknownNameError",
    "blur_ig",
    "checkpoint_info",
    "checkpoint_names",
    "cifar10",
    "deletion",
    "expected_gradients",
    "gradient",
    "guided_ig",
    "heatflow",
    "imagenet_name",
    "infidelity",
    "input_times_gradient",
    "insertion",
    "integrate",
    "integrated_gradients",
    "interaction_strength",
    "load",
    "load_checkpoint",
    "max_sensitivity",
    "mnist",
    "paired_difference",
    "photographs",
    "samp",
    "sensitivity_n",
    "smooth_ig",
    "smoothed_value",
    "smoothgrad",
]
