"""Every explorer in a real JupyterLab: moved, changed, and fast enough."""

import os
from pathlib import Path

import nbformat
import numpy as np
import pytest

from browser.lab import open_page, run_all, run_lab
from xai_tutorial.data import notebooks_folder

pytestmark = pytest.mark.browser
BUDGET = 100  # milliseconds for 95 % of the updates after the first

PRESS = """async ([handle, key]) => {
  const plane = document.querySelector(".xai-plane"), before = plane.dataset.frame;
  const knob = document.querySelectorAll(".noUi-handle")[handle];
  knob.focus();
  const began = performance.now();
  const changed = new Promise((resolve, reject) => {
    new MutationObserver(() => resolve(performance.now() - began)).observe(plane, { attributeFilter: ["data-frame"] });
    setTimeout(() => reject(new Error("no new frame after " + before)), 5000);
  });
  knob.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  return await changed;
}"""
PICTURE = "() => [...document.querySelectorAll('.xai-plane canvas')].map((c) => c.toDataURL())"


def only_the_explorer(chapter: str, folder: Path) -> Path:
    """A notebook with the chapter's widget cell alone: the other cells are the notebooks tests' business."""
    notebook = nbformat.read(notebooks_folder() / f"{chapter}.ipynb", as_version=4)
    notebook.cells = [cell for cell in notebook.cells if "widget" in cell.metadata.get("tags", [])]
    assert len(notebook.cells) == 1
    notebook.metadata.pop("widgets", None)
    notebook.cells[0].outputs = []
    file = folder / "explorer.ipynb"
    nbformat.write(notebook, file)
    return file


def readout(page) -> str:
    """The line of numbers under the picture."""
    return page.locator(".widget-html-content", has_text="sum = ").last.inner_text()


@pytest.mark.parametrize("chapter", ["02_one_integral_many_paths", "05_heat_flow"])
def test_explorer(chromium, chapter, tmp_path, tmp_path_factory, capsys):
    notebook = only_the_explorer(chapter, tmp_path_factory.mktemp("source"))
    with run_lab(notebook, tmp_path) as address, open_page(chromium) as (page, problems):
        assert run_all(page, address) == []
        page.wait_for_selector(".xai-plane[data-frame]")
        first, words = page.evaluate(PICTURE), readout(page)
        assert len(set(first)) == len(first) >= 4

        page.evaluate(PRESS, [0, "ArrowRight"])
        second = page.evaluate(PICTURE)
        assert all(a != b for a, b in zip(first, second, strict=True))
        assert readout(page) != words

        times = [page.evaluate(PRESS, [0, "ArrowRight" if k % 20 < 10 else "ArrowLeft"]) for k in range(60)]
        slowest = float(np.percentile(times, 95))
        with capsys.disabled():
            print(f"\n{chapter}: median {np.median(times):.0f} ms, 95 % of {len(times)} updates under {slowest:.0f} ms")
        assert slowest < BUDGET

        MORE[chapter](page)
        assert "sum = " in page.locator(".xai-plane [role=img]").get_attribute("aria-label")
        if folder := os.environ.get("SCREENSHOTS"):
            page.screenshot(path=f"{folder}/{chapter}.png")
        assert [line for line in problems if not _harmless(line)] == []
        assert "Traceback" not in (tmp_path / "lab.log").read_text()


def _drag(page, panel: int, start: tuple[int, int], end: tuple[int, int]) -> None:
    """Drag within a panel of 180 x 180 pixels under a title of 18, and wait for the new numbers."""
    words = readout(page)
    box = page.locator(".xai-plane canvas").nth(panel).bounding_box()
    page.mouse.move(box["x"] + start[0], box["y"] + 18 + start[1])
    page.mouse.down()
    page.mouse.move(box["x"] + end[0], box["y"] + 18 + end[1], steps=3)
    page.mouse.up()
    page.wait_for_function("(old) => !document.body.innerText.includes(old)", arg=words)


def _bend_a_path(page) -> None:
    """The end is dragged to the middle of the right side: f(T) − f(S) = 0 − (−1) for f = x1² x2."""
    _drag(page, 0, (135, 45), (179, 90))
    assert "f(T) − f(S) = 1.0000" in readout(page).replace("0.9999", "1.0000")


def _heat_and_gaussians(page) -> None:
    _drag(page, 1, (90, 132), (45, 135))
    assert "at (-2.00, -2.00)" in readout(page)
    before = page.evaluate(PICTURE)
    page.locator(".widget-dropdown select").select_option("Gaussian C")
    for _ in range(8):  # C starts with no mass; some mass makes a fourth handle and another picture
        page.evaluate(PRESS, [7, "ArrowRight"])
    assert all(a != b for a, b in zip(before[:4], page.evaluate(PICTURE), strict=False))


MORE = {"02_one_integral_many_paths": _bend_a_path, "05_heat_flow": _heat_and_gaussians}


def _harmless(line: str) -> bool:
    """JupyterLab's own complaints that are not about a page of ours."""
    return "favicon" in line
