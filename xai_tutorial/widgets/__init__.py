"""Explorers: thin views over the library. They call it and draw; they compute nothing of their own."""

from .heat import HeatExplorer
from .path import PathExplorer

__all__ = ["HeatExplorer", "PathExplorer"]
