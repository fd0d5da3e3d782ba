"""What this machine has, and what would run on it."""

import importlib.util
import os
import platform
import shutil
from importlib.metadata import PackageNotFoundError, version

import torch

from . import data
from .errors import TutorialError
from .figures import built, registry

PACKAGES = (
    "torch",
    "numpy",
    "matplotlib",
    "jupyterlab",
    "ipywidgets",
    "anywidget",
    "nbval",
    "papermill",
    "safetensors",
)
EXTRAS = ("captum", "pytest", "hypothesis", "ruff", "playwright")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def find_browser() -> str | None:
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def examine() -> dict:
    """Facts, and the sentences that say what is missing."""
    problems = []
    try:
        damaged = [sentence for _, sentence in data.verify() if sentence]
    except TutorialError as error:
        damaged = [str(error)]
    problems += damaged
    packages = {name: _version(name) for name in (*PACKAGES, *EXTRAS)}
    problems += [f"{name} is not installed: reinstall xai_tutorial" for name in PACKAGES if packages[name] is None]
    return {
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "memory_gb": _memory(),
        "cuda": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
        "packages": packages,
        "data": str(data.data_folder()),
        "data_whole": not damaged,
        "browser": find_browser() is not None,
        "runs": list(built()) if not damaged else [],
        "not_built": len(registry()) - len(built()),
        "browser_tests": find_browser() is not None and importlib.util.find_spec("playwright") is not None,
        "problems": problems,
    }


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _memory() -> float | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1)
    except (ValueError, AttributeError):  # not known on this system
        return None
