"""Motion 3, in time: the heat flow of a field, du/dt = Laplacian u, and what its diffusion takes from each feature."""

from .euclidean import heatflow, smoothed_value
from .gaussians import GaussianMixture
from .interaction import interaction_strength
from .smoothgrad import smoothgrad

__all__ = ["GaussianMixture", "heatflow", "interaction_strength", "smoothed_value", "smoothgrad"]
