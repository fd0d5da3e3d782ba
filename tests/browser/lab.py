"""A real JupyterLab and a real browser, for the explorers' tests."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
TOKEN = "browser-test"
QUIET = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}


@contextmanager
def open_page(chromium: str, *, width: int = 1400, height: int = 1000) -> Iterator[tuple[Page, list[str]]]:
    """A blank page, and the list that its errors go to."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, headless=True, args=FLAGS)
        page = browser.new_page(viewport={"width": width, "height": height})
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
        try:
            yield page, problems
        finally:
            browser.close()


@contextmanager
def run_lab(notebook: Path, folder: Path) -> Iterator[str]:
    """JupyterLab on a free port of this machine with a copy of the notebook; yields the address of its page."""
    shutil.copy(notebook, folder)
    settings = folder / "settings"
    settings.mkdir()
    (settings / "overrides.json").write_text(json.dumps(QUIET))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = (folder / "lab.log").open("w")
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", "--ip=127.0.0.1"),
            *(f"--port={port}", f"--IdentityProvider.token={TOKEN}", "--expose-app-in-browser"),
            f"--LabApp.app_settings_dir={settings}",
        ],
        cwd=folder,
        env=os.environ | {"HOME": str(folder), "JUPYTER_CONFIG_DIR": str(folder / "config")},
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/api/status?token={TOKEN}", server, folder / "lab.log")
        yield f"http://127.0.0.1:{port}/lab/tree/{notebook.name}?token={TOKEN}"
    finally:
        server.terminate()
        server.wait(20)
        log.close()


def _wait_for(address: str, server: subprocess.Popen, log: Path, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if server.poll() is not None:
            raise RuntimeError(f"JupyterLab stopped:\n{log.read_text()}")
        try:
            urllib.request.urlopen(address, timeout=2).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start in {seconds} s:\n{log.read_text()}")


RUN_ALL = """async () => {
  const app = window.jupyterapp;
  await app.restored;
  while (!app.shell.currentWidget || !app.shell.currentWidget.context) await new Promise((r) => setTimeout(r, 50));
  const panel = app.shell.currentWidget;
  await panel.context.ready;
  while (!panel.sessionContext.session?.kernel) await new Promise((r) => setTimeout(r, 50));
  await panel.sessionContext.session.kernel.info;
  await app.commands.execute("notebook:run-all-cells");
  const errors = [];
  for (const cell of panel.content.model.cells)
    for (const output of (cell.sharedModel.outputs || []))
      if (output.output_type === "error") errors.push(output.ename + ": " + output.evalue);
  return errors;
}"""


def run_all(page: Page, address: str) -> list[str]:
    """Open the notebook, run every cell, and return the errors of its cells."""
    page.goto(address)
    page.wait_for_function("() => window.jupyterapp")
    return page.evaluate(RUN_ALL)
