import subprocess
import sys
from importlib import import_module

import numpy as np
import pytest
import torch
from PIL import Image

import xai_tutorial as xt
from made_up import photograph


def test_what_comes_inside_the_dependencies():
    found = xt.photographs(size=64)
    assert found.names == ("astronaut", "chelsea", "coffee", "motorcycle", "retina", "rocket", "china", "flower")
    assert found.images.shape == (len(found), 3, 64, 64)
    assert found.images.dtype == torch.float32
    assert found.images.min() >= 0
    assert found.images.max() <= 1
    assert dict(zip(found.names, found.labels, strict=True))["chelsea"] == 285
    assert found.labels[0] is None


def test_the_square_in_the_middle(tmp_path):
    photograph(tmp_path / "wide.png", width=60, height=20)
    found = xt.photographs(tmp_path, size=20)
    assert torch.equal(found.images[0], torch.tensor([0.0, 1.0, 0.0])[:, None, None].expand(3, 20, 20))


def test_smaller_pictures_are_averages_not_samples(tmp_path):
    rows = np.arange(64)[:, None, None] % 2 * np.full((64, 64, 3), 255)
    Image.fromarray(rows.astype(np.uint8)).save(tmp_path / "stripes.png")
    middle = xt.photographs(tmp_path, size=16).images[0, :, 2:-2, 2:-2]
    assert torch.allclose(middle, torch.tensor(0.5), atol=0.02)


def test_a_folder_of_ones_own(tmp_path):
    for name in ("b.png", "a c.JPG", "d.jpeg"):
        photograph(tmp_path / name)
    (tmp_path / "notes.md").write_text("not a picture")
    (tmp_path / "labels.txt").write_text("a c.JPG 285\n\nd.jpeg  7\n")
    found = xt.photographs(tmp_path, size=32)
    assert found.names == ("a c.JPG", "b.png", "d.jpeg")
    assert found.labels == (285, None, 7)
    assert found.images.shape == (3, 3, 32, 32)


def test_grey_and_turned_pictures(tmp_path):
    Image.new("L", (30, 30), 51).save(tmp_path / "a.png")
    held = Image.Exif()
    held[0x0112] = 6  # the camera was turned a quarter: the picture's top is at its stored left
    with Image.open(photograph(tmp_path / "b.png", width=30, height=30)) as picture:
        picture.save(tmp_path / "b.png", exif=held)
    found = xt.photographs(tmp_path, size=30)
    assert torch.allclose(found.images[0], torch.tensor(0.2))
    assert found.images[1, :, 0, 15].tolist() == [1, 0, 0]
    assert found.images[1, :, 29, 15].tolist() == [0, 0, 1]


def absent(folder):
    folder.rmdir()


def empty(folder):
    (folder / "notes.md").write_text("")


def broken(folder):
    (folder / "a.png").write_text("no picture")


def cut(folder):
    file = photograph(folder / "a.png")
    file.write_bytes(file.read_bytes()[:60])


def small(folder):
    photograph(folder / "a.png", width=60, height=31)


def stranger(folder):
    photograph(folder / "a.png")
    (folder / "labels.txt").write_text("b.png 3")


def wordy(folder):
    photograph(folder / "a.png")
    (folder / "labels.txt").write_text("a.png cat")


def latin(folder):
    photograph(folder / "a.png")
    (folder / "labels.txt").write_bytes("é.png 3".encode("latin1"))


def deep(folder):
    Image.fromarray(np.full((40, 40), 30000, np.uint16)).save(folder / "a.png")


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (absent, "is not a folder"),
        (empty, "holds no .jpg or .png file"),
        (broken, "a.png cannot be read as a photograph"),
        (cut, "a.png cannot be read as a photograph"),
        (small, "60 x 31 pixels, too few for a square of 32"),
        (stranger, "the line 'b.png 3'"),
        (wordy, "the line 'a.png cat'"),
        (latin, "labels.txt cannot be read as text"),
        (deep, "more than 8 bits"),
    ],
)
def test_a_bad_folder_gets_one_sentence(tmp_path, make, says):
    folder = tmp_path / "mine"
    folder.mkdir()
    make(folder)
    with pytest.raises(xt.DataError, match=says) as caught:
        xt.photographs(folder, size=32)
    assert "\n" not in str(caught.value)


def test_without_the_extra(monkeypatch, tmp_path):
    module = import_module("xai_tutorial.data.photographs")  # beside the function of the same name
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(xt.DataError, match=r"pip install 'xai_tutorial\[peers\]'"):
        xt.photographs()
    with pytest.raises(xt.DataError, match=r"pip install 'xai_tutorial\[peers\]'"):
        xt.imagenet_name(285)
    photograph(tmp_path / "a.png")
    assert len(xt.photographs(tmp_path, size=16)) == 1


def test_names_of_classes():
    assert [xt.imagenet_name(number) for number in (0, 285, 999)] == ["tench", "Egyptian cat", "toilet tissue"]
    with pytest.raises(xt.InputError, match="0 to 999"):
        xt.imagenet_name(1000)


def test_bad_size():
    with pytest.raises(xt.InputError, match="positive"):
        xt.photographs(size=0)


def test_the_photographs_need_no_import_of_their_packages():
    code = "import sys, xai_tutorial as xt; xt.photographs(size=8); print('skimage' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"
