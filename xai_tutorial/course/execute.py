"""Run the course: all notebooks by papermill, or JupyterLab at the first one."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from ..data import notebooks_folder
from ..data.manifest import PACKAGE
from ..errors import InputError, TutorialError, UnknownNameError

PROFILES = ("smoke", "laptop")


def chapters() -> list[Path]:
    """The notebooks in the order of the course."""
    return sorted(notebooks_folder().glob("[0-9][0-9]_*.ipynb"))


def execute(profile: str, out: Path) -> Iterator[tuple[str, float]]:
    """Run every chapter into `out`, yielding its name and the seconds it took."""
    if profile not in PROFILES:
        raise UnknownNameError("notebook profile", profile, PROFILES)
    import papermill
    from papermill.exceptions import PapermillExecutionError

    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{out} cannot be written to ({error.strerror}): choose another --out") from None
    for file in chapters():
        began = time.perf_counter()
        try:
            papermill.execute_notebook(
                file, out / file.name, parameters={"profile": profile}, cwd=file.parent, progress_bar=False
            )
        except PapermillExecutionError as error:
            raise TutorialError(
                f"{file.name} failed in cell {error.exec_count} with {error.ename}: {error.evalue}"
            ) from None
        yield file.name, time.perf_counter() - began


def start_lab(folder: Path, *, browser: bool) -> int:
    """Start JupyterLab on the loopback address. An installed package first copies its notebooks to `folder`."""
    source = notebooks_folder()
    if source.is_relative_to(PACKAGE):
        folder.mkdir(parents=True, exist_ok=True)
        for file in chapters():
            if not (folder / file.name).exists():  # never over a reader's own work
                shutil.copy(file, folder)
        source = folder
    command = [sys.executable, "-m", "jupyter", "lab", "--ip=127.0.0.1", chapters()[0].name]
    if not browser:
        command.append("--no-browser")
    if getattr(os, "geteuid", lambda: 1)() == 0:  # as in a container; Jupyter wants to be told
        command.append("--allow-root")
    return subprocess.call(command, cwd=source)
