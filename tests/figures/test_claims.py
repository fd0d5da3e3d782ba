import pytest

from xai_tutorial.figures import Claim, Measured, judge
from xai_tutorial.figures.claims import mean_of

CLAIM = Claim(name="a", statement="s", band=(0.0, 1.0), reason="r", paper=0.5)


@pytest.mark.parametrize(
    ("measured", "verdict"),
    [
        (Measured(0.5), "reproduced"),
        (Measured(0.5, (0.0, 1.0)), "reproduced"),
        (Measured(0.9, (0.8, 1.1)), "partly"),
        (Measured(1.2, (0.9, 1.5)), "partly"),
        (Measured(0.5, (-1.0, 2.0)), "partly"),
        (Measured(1.2), "not reproduced"),
        (Measured(1.2, (1.1, 1.3)), "not reproduced"),
        (Measured(float("nan")), "not reproduced"),
        (Measured(float("inf")), "not reproduced"),
    ],
)
def test_verdict_follows_from_interval_and_band(measured, verdict):
    record = judge(CLAIM, measured)
    assert record["verdict"] == verdict
    assert record["paper"] == 0.5
    assert record["ours"] == measured.value or measured.value != measured.value


def test_mean_of_has_its_students_interval():
    measured = mean_of([1.0, 2.0, 3.0, 4.0])
    assert measured.value == 2.5
    assert measured.interval == pytest.approx((2.5 - 3.182446 * 0.645497, 2.5 + 3.182446 * 0.645497), abs=1e-5)
