import pytest
import torch

from xai_tutorial.widgets import HeatExplorer


def numbers(explorer) -> list[float]:
    return explorer.plane.frame["bars"]["values"]


def test_it_shows_what_the_library_says():
    explorer = HeatExplorer()
    for time in (0.01, 1.0, 10.0):
        explorer.time.value = time
        x = torch.tensor([[0.3, 0.1]], dtype=torch.float64)
        exact = explorer.mixture.heatflow(x, time=explorer.time.value)[0]
        first, second, total, change = numbers(explorer)
        assert [first, second] == pytest.approx(exact.tolist())
        assert total == pytest.approx(change, abs=1e-9)


def test_one_update_for_each_change():
    explorer = HeatExplorer()
    before = explorer.plane.frame["number"]
    explorer.time.value = 1.0
    assert explorer.plane.frame["number"] == before + 1
    explorer._moved(0, 1.0, -1.0)
    assert explorer.plane.frame["number"] == before + 2
    explorer._moved(2, -0.5, 1.5)
    assert explorer.plane.frame["number"] == before + 3
    assert explorer.choice.value == 1
    assert [slider.value for slider in explorer.sliders[:2]] == [-0.5, 1.5]


def test_choosing_a_gaussian_changes_the_sliders_and_not_the_picture():
    explorer = HeatExplorer()
    before = numbers(explorer)
    explorer.choice.value = 1
    assert [slider.value for slider in explorer.sliders] == pytest.approx(explorer.bumps[1])
    assert numbers(explorer) == before
    explorer.sliders[4].value = -1.0
    assert explorer.bumps[1][4] == -1.0
    assert numbers(explorer) != before


def test_nothing_at_all_can_be_shown():
    explorer = HeatExplorer()
    for which in (0, 1):
        explorer.choice.value = which
        explorer.sliders[4].value = 0.0
    assert numbers(explorer) == [0, 0, 0, 0]


def test_an_error_is_shown_in_place_of_the_numbers(monkeypatch):
    explorer = HeatExplorer()
    monkeypatch.setattr(HeatExplorer, "mixture", property(lambda _: 1 / 0))
    with pytest.raises(ZeroDivisionError):
        explorer.update()
    assert "ZeroDivisionError" in explorer.readout.value
