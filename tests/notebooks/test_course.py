"""The chapters as they are committed: executed, described, small, readable without a kernel; and run by papermill."""

import re

import nbformat
import pytest

from xai_tutorial.course.execute import chapters, execute

pytestmark = pytest.mark.notebooks
CHAPTERS = [pytest.param(file, id=file.stem) for file in chapters()]


def read(file):
    return nbformat.read(file, as_version=4)


def test_the_first_chapters_exist():
    assert [file.stem for file in chapters()][:1] == ["00_start_here"]
    assert "05_heat_flow" in [file.stem for file in chapters()]


@pytest.mark.parametrize("file", CHAPTERS)
def test_committed_executed_without_errors_and_small(file):
    assert file.stat().st_size < 2_000_000
    for cell in read(file).cells:
        if cell.cell_type == "code":
            assert cell.execution_count is not None
            assert not [output for output in cell.outputs if output.output_type == "error"]
            assert not [output for output in cell.outputs if output.get("name") == "stderr"]


@pytest.mark.parametrize("file", CHAPTERS)
def test_header_says_what_a_reader_wants_to_know(file):
    head = read(file).cells[0].source
    for line in ("You will be able to", "Minutes", "Difficulty", "Hardware", "Paper"):
        assert line in head


@pytest.mark.parametrize("file", CHAPTERS)
def test_every_picture_has_an_alternative_text(file):
    for cell in read(file).cells:
        for output in cell.get("outputs", []):
            page = output.get("data", {}).get("text/html", "")
            for picture in re.findall(r"<img[^>]*>", page):
                assert len(re.search(r'alt="([^"]*)"', picture)[1]) > 40
            assert "image/png" not in output.get("data", {})
        if cell.cell_type == "markdown":
            assert "![](" not in cell.source


@pytest.mark.parametrize("file", CHAPTERS)
def test_a_still_picture_stands_before_every_widget(file):
    tags = [cell.metadata.get("tags", []) for cell in read(file).cells]
    for k, here in enumerate(tags):
        if "widget" in here:
            assert "picture" in tags[k - 1]


@pytest.mark.parametrize("file", CHAPTERS)
def test_exercises_show_a_blank_that_fails_and_a_solution_that_passes(file):
    shown = {"exercise": [], "solution": []}
    for cell in read(file).cells:
        for tag in set(cell.metadata.get("tags", [])) & shown.keys():
            shown[tag].append("".join(output.get("text", "") for output in cell.outputs))
            if tag == "solution":
                assert cell.metadata["jupyter"]["source_hidden"]
    assert len(shown["exercise"]) == len(shown["solution"]) >= 3
    assert all("not yet" in text and "Hint" in text for text in shown["exercise"])
    assert all("right." in text for text in shown["solution"])


def test_the_course_runs_at_the_smoke_profile(tmp_path):
    done = dict(execute("smoke", tmp_path))
    assert list(done) == [file.name for file in chapters()]
    for name in done:
        assert 'profile = "smoke"' in "".join(cell.source for cell in read(tmp_path / name).cells)
