"""What ships travels with the package: a built wheel works outside the checkout, with its data and its notebooks."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.package
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """The wheel, unpacked in a folder of its own; its dependencies come from this environment."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    build = [*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    assert wheel.stat().st_size < 60e6
    subprocess.run([*pip, "install", "--no-deps", "--target", str(folder / "site"), str(wheel)], check=True)
    return folder


def run(installed: Path, *words: str) -> str:
    environment = os.environ | {"PYTHONPATH": str(installed / "site")}
    environment.pop("XAI_TUTORIAL_DATA", None)
    found = subprocess.run(
        [sys.executable, "-P", *words], cwd=installed, env=environment, capture_output=True, text=True
    )
    assert found.returncode == 0, found.stderr
    return found.stdout


def test_it_is_the_wheel_that_runs(installed):
    where = run(installed, "-c", "import xai_tutorial; print(xai_tutorial.__file__)")
    assert Path(where.strip()).is_relative_to(installed)


def test_it_makes_a_figure(installed):
    run(installed, "-m", "xai_tutorial", "reproduce", "heatflow/fig1a", "--profile", "smoke", "--out", "made")
    record = json.loads((installed / "made/heatflow/fig1a.json").read_text())
    assert record["commit"] is None
    assert (installed / "made/report.html").is_file()


def test_data_checkpoints_and_notebooks_travel(installed):
    assert all(row["whole"] for row in json.loads(run(installed, "-m", "xai_tutorial", "data", "verify", "--json")))
    code = (
        "import xai_tutorial as xt; print(xt.load('digits_smooth')(xt.mnist('test', size=32, count=1).images).argmax())"
    )
    assert "7" in run(installed, "-c", code)
    code = "from xai_tutorial.course.execute import chapters; print(*[c.name for c in chapters()])"
    assert "05_heat_flow.ipynb" in run(installed, "-c", code)
