import os

import pytest
import torch

import xai_tutorial as xt
from xai_tutorial.doctor import find_browser


@pytest.fixture
def two_gaussians() -> xt.GaussianMixture:
    means = torch.tensor([[-1.0, 0.5], [1.2, -0.4]], dtype=torch.float64)
    return xt.GaussianMixture(means, torch.tensor([[0.5, 0.9], [0.8, 0.3]], dtype=torch.float64))


@pytest.fixture
def smooth_net() -> torch.nn.Module:
    """A small random classifier of 4 features into 3 classes, with dropout, in training mode."""
    with torch.random.fork_rng():
        torch.manual_seed(3)
        layers = [torch.nn.Linear(4, 8), torch.nn.SiLU(), torch.nn.Dropout(0.5), torch.nn.Linear(8, 3)]
        return torch.nn.Sequential(*layers).double().train()


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser; a machine without one skips these tests, except under CI."""
    path = find_browser()
    if path is None and os.environ.get("CI") == "true":
        pytest.fail("Chromium is needed under CI: `make browser` installs it")
    if path is None:
        pytest.skip("no Chromium here: `make browser` installs it")
    return path
