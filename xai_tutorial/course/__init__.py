"""Checks, hints and solutions of the exercises, and running the course."""

from .exercises import check

__all__ = ["check"]
