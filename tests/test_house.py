"""The ways of the house: one-way imports, no side effects, explicit devices and dtypes, quick imports."""

import ast
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.overrides import TorchFunctionMode

import xai_tutorial as xt
from methods import METHODS

PACKAGE = Path(xt.__file__).parent
# Data flows one way: a room may import from the rooms before it, and from its own.
ROOMS = [
    "errors",
    "data",
    "models",
    "field",
    "plotting",
    "attribution",
    "draws",
    "paths",
    "flux",
    "heat",
    "manifold",
    "judges",
    "figures",
    "benchmarks",
    "course",
    "widgets",
    "doctor",
    "cli",
]


def imported_rooms(file: Path) -> set[str]:
    """The rooms of the package that a module imports, anywhere in it."""
    here = file.relative_to(PACKAGE.parent).with_suffix("").parts
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom):
            base = list(here[: -node.level]) if node.level else []
            target = [*base, *(node.module.split(".") if node.module else [])]
            names = [target] if len(target) > 1 else [[*target, alias.name] for alias in node.names]
            found |= {name[1] for name in names if name[0] == "xai_tutorial" and len(name) > 1}
        elif isinstance(node, ast.Import):
            parts = [alias.name.split(".") for alias in node.names]
            found |= {name[1] for name in parts if name[0] == "xai_tutorial" and len(name) > 1}
    return found


def test_imports_go_one_way():
    for file in PACKAGE.rglob("*.py"):
        room = file.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if room in ("__init__", "__main__"):
            continue
        for other in imported_rooms(file):
            # The course and figures may name what the package exports.
            if other in ROOMS and other != room:
                assert ROOMS.index(other) < ROOMS.index(room), f"{file}: {room} imports {other}"


def test_every_room_is_in_the_order():
    rooms = {p.stem if p.suffix == ".py" else p.name for p in PACKAGE.iterdir() if not p.name.startswith("_")}
    assert rooms <= set(ROOMS)


def test_importing_is_quick_and_draws_nothing():
    code = (
        "import torch, sys, time; t = time.perf_counter(); import xai_tutorial; "
        "print(time.perf_counter() - t, 'matplotlib' in sys.modules, 'IPython' in sys.modules)"
    )
    seconds, *heavy = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.split()
    assert heavy == ["False", "False"]
    assert float(seconds) < 0.5


X = torch.tensor([[0.3, -0.2, 0.5, 0.1], [1.0, 0.4, -0.6, 0.2]], dtype=torch.float64)


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS.keys())
def test_the_caller_finds_everything_as_it_was(method, smooth_net):
    x = X.clone().requires_grad_()
    smooth_net[1].eval()  # a mixed state, which must survive
    modes = [module.training for module in smooth_net.modules()]
    states = torch.random.get_rng_state(), random.getstate(), np.random.get_state()[1].tolist()
    method(xt.ScalarField(smooth_net, torch.tensor([0, 2])), x)
    assert torch.equal(x.detach(), X)
    assert x.grad is None
    assert all(parameter.grad is None for parameter in smooth_net.parameters())
    assert [module.training for module in smooth_net.modules()] == modes
    assert torch.equal(states[0], torch.random.get_rng_state())
    assert states[1:] == (random.getstate(), np.random.get_state()[1].tolist())


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS.keys())
def test_a_failing_model_finds_its_mode_again(method, smooth_net):
    class Failing(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = smooth_net

        def forward(self, x):
            raise RuntimeError("broken")

    model = Failing().train()
    with pytest.raises(xt.FieldError, match="broken"):
        method(xt.ScalarField(model, 0), X)
    assert all(module.training for module in model.modules())


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS.keys())
def test_same_seed_same_picture(method, smooth_net):
    field = xt.ScalarField(smooth_net, 1)
    assert torch.equal(method(field, X), method(field, X))


class ExplicitDevice(TorchFunctionMode):
    """Refuses to make a tensor without being told where."""

    FACTORIES = frozenset(
        (
            torch.zeros,
            torch.ones,
            torch.full,
            torch.empty,
            torch.rand,
            torch.randn,
            torch.randint,
            torch.randperm,
            torch.arange,
            torch.linspace,
            torch.eye,
            torch.tensor,
        )
    )

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if function in self.FACTORIES and kwargs.get("device") is None:
            raise AssertionError(f"{function.__name__} without a device")
        return function(*args, **kwargs)


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS.keys())
def test_every_tensor_is_made_on_a_named_device(method, smooth_net):
    field = xt.ScalarField(smooth_net, 1)
    with ExplicitDevice():
        method(field, X)


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS.keys())
def test_another_default_device_is_not_used(method, smooth_net):
    field = xt.ScalarField(smooth_net, torch.tensor([0, 2]))
    expected = method(field, X)
    with torch.device("meta"):
        found = method(field, X)
    assert found.device == X.device
    assert torch.equal(found, expected)


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS.keys())
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_results_have_the_input_s_dtype(method, dtype, smooth_net):
    field = xt.ScalarField(smooth_net.to(dtype), 1)
    default = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64 if dtype == torch.float32 else torch.float32)
    try:
        assert method(field, X.to(dtype)).dtype == dtype
    finally:
        torch.set_default_dtype(default)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU: the same pictures on both devices")
@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS.keys())
def test_a_gpu_gives_the_same_picture(method, smooth_net):
    expected = method(xt.ScalarField(smooth_net, 1), X)
    found = method(xt.ScalarField(smooth_net.cuda(), 1), X.cuda())
    assert torch.allclose(found.cpu(), expected, atol=1e-8)


def test_the_house_s_own_check_can_fail():
    with pytest.raises(AssertionError, match="zeros without a device"), ExplicitDevice():
        torch.zeros(2)
