import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file

import xai_tutorial as xt
from made_up import cifar10_folder
from xai_tutorial.models import recipe, train
from xai_tutorial.models.training import _mirrored, _shifted

TINY = replace(recipe("digits_smooth", smoke=True), images=300, test_images=200, batch=50)  # 12 steps

KILLED = """
from dataclasses import replace
from xai_tutorial.models import recipe, train
tiny = replace(recipe("digits_smooth", smoke=True), images=300, test_images=200, batch=50)
train(tiny, {out!r}, save_every=0, progress=False)
"""


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    return train(TINY, tmp_path_factory.mktemp("whole"), progress=False)


def step_of(state) -> int:
    if not state.exists():
        return -1
    header = state.read_bytes()[:4000].decode("utf8", "replace")
    return int(header.split('"step":"')[1].split('"')[0])


def test_killed_and_resumed_gives_the_same(uninterrupted, tmp_path):
    state = tmp_path / f"{TINY.name}.state"
    process = subprocess.Popen([sys.executable, "-c", KILLED.format(out=str(tmp_path))])
    deadline = time.monotonic() + 120
    while step_of(state) < 3:
        assert process.poll() is None, "the run ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (tmp_path / f"{TINY.name}.safetensors").exists()
    assert 3 <= step_of(state) < 12
    resumed = train(TINY, tmp_path, resume=True, progress=False)
    whole, again = load_file(uninterrupted), load_file(resumed)
    assert whole.keys() == again.keys()
    assert all(torch.equal(whole[key], again[key]) for key in whole)
    assert not state.exists()


def test_it_learns_and_says_how_far(uninterrupted):
    info = xt.checkpoint_info(uninterrupted)
    assert info.recipe["images"] == 300
    assert 0.2 < info.reached["test_accuracy"] < 0.99
    assert info.made_with["seconds"] > 0


def test_the_global_random_state_is_left_alone(tmp_path):
    state = torch.random.get_rng_state()
    train(replace(TINY, epochs=1, images=100), tmp_path, progress=False)
    assert torch.equal(state, torch.random.get_rng_state())


def test_nothing_is_overwritten(uninterrupted, tmp_path):
    with pytest.raises(xt.DataError, match="exists already"):
        train(TINY, uninterrupted.parent, progress=False)
    with pytest.raises(xt.DataError, match="nothing to resume"):
        train(TINY, tmp_path, resume=True, progress=False)
    (tmp_path / f"{TINY.name}.state").write_bytes(b"half a file")
    with pytest.raises(xt.DataError, match="go on with --resume"):
        train(TINY, tmp_path, progress=False)
    with pytest.raises(xt.DataError, match="not a whole safetensors file"):
        train(TINY, tmp_path, resume=True, progress=False)
    blocked = tmp_path / "a file"
    blocked.write_text("")
    with pytest.raises(xt.DataError, match="cannot be made"):
        train(TINY, blocked / "out", progress=False)


def test_a_state_of_other_settings_is_refused(tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(type(TINY), "loss", interrupted)
    with pytest.raises(SystemExit, match="--resume"):
        train(TINY, tmp_path, progress=False)
    with pytest.raises(xt.DataError, match="other settings"):
        train(replace(TINY, learning_rate=0.1), tmp_path, resume=True, progress=False)


def test_images_move_by_whole_pixels():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        images = torch.rand(40, 1, 6, 6)
        moved = _shifted(images, 2)
    seen = set()
    padded = torch.nn.functional.pad(images, (2, 2, 2, 2))
    for before, after in zip(padded, moved, strict=True):
        places = [(r, c) for r in range(5) for c in range(5) if torch.equal(before[:, r : r + 6, c : c + 6], after)]
        assert len(places) == 1
        seen.add(places[0])
    assert len(seen) > 10
    assert torch.equal(_shifted(images, 0), images)


@pytest.mark.parametrize("reached", [0, 5])
def test_running_statistics_and_momentum_survive_a_stop(reached, tmp_path, monkeypatch):
    monkeypatch.setenv("XAI_TUTORIAL_CIFAR10", str(cifar10_folder(tmp_path)))
    tiny = replace(recipe("cifar10_relu"), epochs=2, batch=25)  # 8 steps
    whole = load_file(train(tiny, tmp_path / "whole", progress=False))
    loss, steps = type(tiny).loss, []

    def stopped(self, *arguments):
        steps.append(1)
        if len(steps) > reached:
            raise KeyboardInterrupt
        return loss(self, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(type(tiny), "loss", stopped)
        with pytest.raises(SystemExit, match="--resume"):
            train(tiny, tmp_path / "cut", save_every=0, progress=False)
    assert step_of(tmp_path / "cut" / f"{tiny.name}.state") == reached
    resumed = load_file(train(tiny, tmp_path / "cut", resume=True, progress=False))
    assert whole.keys() == resumed.keys()
    assert all(torch.equal(whole[key], resumed[key]) for key in whole)
    counts = {int(value) for key, value in resumed.items() if key.endswith("num_batches_tracked")}
    assert counts == {8}


def test_the_rate_rises_then_falls():
    warm, cold = replace(TINY, warmup=0.2, learning_rate=0.5), replace(TINY, learning_rate=0.5)
    rates = [warm.rate(step, 100) for step in range(101)]
    assert rates[0] == 0.5 / 20
    assert max(rates) == rates[20] == rates[19] == 0.5
    assert rates[:20] == sorted(rates[:20])
    assert rates[20:] == sorted(rates[20:], reverse=True)
    assert rates[100] == 0
    assert [cold.rate(0, 100), cold.rate(50, 100)] == pytest.approx([0.5, 0.25])


def test_about_half_of_the_images_are_mirrored():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        images = torch.rand(200, 3, 4, 4)
        mirrored = _mirrored(images)
    flipped = [torch.equal(after, before.flip(-1)) for before, after in zip(images, mirrored, strict=True)]
    kept = [torch.equal(after, before) for before, after in zip(images, mirrored, strict=True)]
    assert all(a != b for a, b in zip(flipped, kept, strict=True))
    assert 70 < sum(flipped) < 130


def test_an_unknown_data_set(tmp_path):
    with pytest.raises(xt.UnknownNameError, match="did you mean cifar10"):
        train(replace(TINY, dataset="cifar"), tmp_path, progress=False)
