"""Motion 1, along a path: one line integral of the gradient field, and the paths on which it is taken."""

from .blur import BlurPath, blur_ig
from .expected import expected_gradients
from .gradients import gradient, input_times_gradient
from .guided import guided_ig
from .integral import QUADRATURES, integrate
from .samp import random_path, samp
from .straight import BezierPath, Polyline, StraightPath, integrated_gradients, smooth_ig

__all__ = [
    "QUADRATURES",
    "BezierPath",
    "BlurPath",
    "Polyline",
    "StraightPath",
    "blur_ig",
    "expected_gradients",
    "gradient",
    "guided_ig",
    "input_times_gradient",
    "integrate",
    "integrated_gradients",
    "random_path",
    "samp",
    "smooth_ig",
]
