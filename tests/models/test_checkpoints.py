import json
from dataclasses import asdict, fields

import pytest
import torch
from safetensors.torch import save

import xai_tutorial as xt
from xai_tutorial.models import RECIPES, Checkpoint, Recipe, save_checkpoint

INFO = Checkpoint("mine", "DigitNet", {"smooth": True}, {}, {"test_accuracy": 0.1})


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "mine.safetensors"
    save_checkpoint(file, xt.DigitNet(smooth=True), INFO)
    return file


@pytest.mark.parametrize(("name", "least"), [("digits_relu", 0.99), ("digits_smooth", 0.99), ("cifar10_relu", 0.88)])
def test_what_ships_reaches_what_it_says(name, least):
    info = xt.checkpoint_info(name)
    assert info.reached["test_accuracy"] > least
    settings = json.loads(json.dumps(asdict(RECIPES[name])))
    # A setting that is younger than the checkpoint must be at its default, which is what the training did then.
    defaults = {setting.name: setting.default for setting in fields(Recipe) if setting.name not in info.recipe}
    assert info.recipe | defaults == settings
    model = xt.load(name)
    assert not model.training
    assert not any(parameter.requires_grad for parameter in model.parameters())
    data = xt.cifar10("test", count=1000) if "cifar10" in name else xt.mnist("test", size=32, count=1000)
    with torch.no_grad():
        right = (model(data.images).argmax(1) == data.labels).double().mean()
    expected = info.reached["test_accuracy"]  # of 10,000 images; 1,000 of them lie within three standard errors
    assert float(right) == pytest.approx(expected, abs=3 * (expected * (1 - expected) / 1000) ** 0.5)


def test_the_smooth_network_bends_and_the_other_does_not():
    x = xt.mnist("test", size=32, count=1).images
    v = torch.randn(x.shape, generator=torch.Generator().manual_seed(0))
    curved = xt.ScalarField(xt.load("digits_smooth"), 7).hessian_vector(x, v)
    straight = xt.ScalarField(xt.load("digits_relu"), 7).hessian_vector(x, v)
    assert curved.abs().max() > 1e-3
    assert torch.equal(straight, torch.zeros_like(straight))


def test_a_file_of_ones_own(file):
    with torch.random.fork_rng():
        state = torch.random.get_rng_state()
        model = xt.load_checkpoint(file)
        assert torch.equal(state, torch.random.get_rng_state())
    assert xt.checkpoint_info(file) == INFO
    assert next(model.parameters()).dtype == torch.float32


def test_the_default_dtype_does_not_matter(file):
    torch.set_default_dtype(torch.float64)
    try:
        assert next(xt.load_checkpoint(file).parameters()).dtype == torch.float32
    finally:
        torch.set_default_dtype(torch.float32)


def test_unknown_name():
    with pytest.raises(xt.UnknownNameError, match="did you mean digits_smooth"):
        xt.load("digit_smooth")


def test_damage_is_found(file, tmp_path):
    content = file.read_bytes()
    cases = {
        "truncated": (content[: len(content) // 2], "not a whole safetensors file"),
        "noise": (b"\x00" * 100, "not a whole safetensors file"),
        "empty": (b"", "not a whole safetensors file"),
        "headless": (save({"a": torch.zeros(2)}), "no checkpoint header"),
        "foreign": (save({"a": torch.zeros(2)}, {"checkpoint": json.dumps(INFO.__dict__)}), "does not fit DigitNet"),
        "unknown": (
            save({"a": torch.zeros(2)}, {"checkpoint": json.dumps(INFO.__dict__ | {"architecture": "X"})}),
            "does not have",
        ),
    }
    for name, (damaged, says) in cases.items():
        bad = tmp_path / name
        bad.write_bytes(damaged)
        with pytest.raises(xt.DataError, match=says) as caught:
            xt.load_checkpoint(bad)
        assert "\n" not in str(caught.value)
    with pytest.raises(xt.DataError, match="cannot be read"):
        xt.load_checkpoint(tmp_path / "absent")


def test_nan_weights_are_refused(tmp_path):
    model = xt.DigitNet(smooth=True)
    model.fc2.bias.data[0] = float("nan")
    save_checkpoint(tmp_path / "nan.safetensors", model, INFO)
    with pytest.raises(xt.DataError, match="not finite"):
        xt.load_checkpoint(tmp_path / "nan.safetensors")
