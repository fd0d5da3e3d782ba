import pytest
import torch

import xai_tutorial as xt


def test_the_published_counts():
    digits = xt.mnist("test")
    assert digits.images.shape == (10000, 1, 28, 28)
    assert digits.images.dtype == torch.float32
    assert digits.labels.bincount().tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert digits.labels[:5].tolist() == [7, 2, 1, 0, 4]
    # The published mean and standard deviation of the training pixels.
    train = xt.mnist("train")
    assert len(train) == 60000
    assert float(train.images.mean()) == pytest.approx(0.1307, abs=1e-4)
    assert float(train.images.std()) == pytest.approx(0.3081, abs=1e-4)


def test_resized_and_cut():
    digits = xt.mnist("test", size=32, count=7)
    assert digits.images.shape == (7, 1, 32, 32)
    assert len(digits) == 7
    assert digits.images.min() >= 0
    assert digits.images.max() <= 1


@pytest.mark.parametrize("options", [{"split": "valid"}, {"count": 0}, {"count": 10001}, {"size": 0}])
def test_bad_arguments(options):
    with pytest.raises(xt.InputError):
        xt.mnist(**{"split": "test", **options})
