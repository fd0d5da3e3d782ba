import pytest

from xai_tutorial.widgets import PathExplorer


def shares(explorer) -> list[float]:
    return explorer.plane.frame["bars"]["values"]


def test_bending_changes_the_shares_and_not_the_sum():
    explorer = PathExplorer()
    straight = shares(explorer)
    explorer.bend.value = 1.0
    bent = shares(explorer)
    assert abs(bent[0] - straight[0]) > 0.1
    assert bent[2] == pytest.approx(straight[2])
    assert bent[2] == pytest.approx(bent[3])
    explorer._moved(1, 0.5, 1.5)
    assert shares(explorer)[3] == pytest.approx(0.5**2 * 1.5 + 1)


def test_for_a_linear_function_no_bend_matters():
    explorer = PathExplorer()
    explorer.function.value = "x1 + 2 x2 (linear)"
    before = shares(explorer)
    explorer._moved(2, -1.5, 1.9)
    assert shares(explorer) == pytest.approx(before)


def test_ends_that_meet_are_refused_in_place_of_the_numbers():
    explorer = PathExplorer()
    with pytest.raises(ValueError, match="starts where it ends"):
        explorer._moved(1, -1.0, -1.0)
    assert "InputError" in explorer.readout.value
