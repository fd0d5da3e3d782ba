import pytest

from xai_tutorial.figures.corrections import CORRECTIONS


@pytest.mark.parametrize("correction", CORRECTIONS, ids=lambda c: c.id)
def test_demonstration_tells_printed_from_true(correction):
    shown = correction.demonstrate()
    assert abs(shown.holds - shown.truth) <= shown.tolerance
    assert abs(shown.printed - shown.truth) > 20 * shown.tolerance
    assert correction.printed != correction.holds
