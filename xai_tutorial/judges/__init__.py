"""Judges of explanations: what a map says about the field, checked by asking the field, and controls to beat."""

from .infidelity import infidelity, max_sensitivity
from .intervals import Difference, paired_difference, random_attribution, randomised
from .pixels import Curve, deletion, insertion
from .sensitivity_n import sensitivity_n

__all__ = [
    "Curve",
    "Difference",
    "deletion",
    "infidelity",
    "insertion",
    "max_sensitivity",
    "paired_difference",
    "random_attribution",
    "randomised",
    "sensitivity_n",
]
