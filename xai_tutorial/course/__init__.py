"""Checks, hints and solutions of the exercises, and running the course."""

from .exercises import check, passes

__all__ = ["check", "passes"]
