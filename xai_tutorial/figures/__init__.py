"""Every figure and table of the five papers: the registry, the claims with their verdicts, and the report."""

from .claims import Claim, Measured, judge
from .registry import PROFILES, Entry, Setting, built, entry, figure, registry
from .run import Built, reproduce

__all__ = [
    "PROFILES",
    "Built",
    "Claim",
    "Entry",
    "Measured",
    "Setting",
    "built",
    "entry",
    "figure",
    "judge",
    "registry",
    "reproduce",
]
