from itertools import islice

import pytest
import torch

from xai_tutorial import draws

LIKE = torch.zeros(1, dtype=torch.float64)


def gen(seed=0):
    return torch.Generator().manual_seed(seed)


def test_a_frame_is_orthonormal():
    q = torch.stack(list(islice(draws.directions(5, gen(), LIKE), 10)))
    for frame in q.split(5):
        assert torch.allclose(frame @ frame.T, torch.eye(5, dtype=q.dtype), atol=1e-12)
    assert not torch.allclose(q[:5], q[5:])


def test_directions_are_uniform():
    q = torch.stack(list(islice(draws.directions(3, gen(), LIKE), 3000)))
    assert torch.allclose((q.T @ q) / 3000, torch.eye(3, dtype=q.dtype) / 3, atol=1e-12)
    assert torch.allclose((q**4).mean(0), torch.full((3,), 1 / 5, dtype=q.dtype), atol=0.01)  # E q_i^4 = 3/(D(D+2))


def test_frames_stay_small_in_many_dimensions(monkeypatch):
    monkeypatch.setattr(draws, "FRAME_FLOATS", 64)
    q = torch.stack(list(islice(draws.directions(16, gen(), LIKE), 8)))
    assert torch.allclose(q[:4] @ q[:4].T, torch.eye(4, dtype=q.dtype), atol=1e-12)
    assert not torch.allclose(q[:4] @ q[4:].T, torch.zeros(4, 4, dtype=q.dtype), atol=1e-3)


def test_every_stratum_is_hit_once():
    u = draws.stratified(50, 3, gen(), LIKE)
    assert torch.equal((u * 50).floor().sort(0).values, torch.arange(50.0, dtype=u.dtype)[:, None].expand(50, 3))


def test_chi_has_its_moments():
    r = draws.chi((4000,), 6, gen(), LIKE)
    assert float((r**2).mean()) == pytest.approx(6, rel=0.03)


def test_running_mean():
    values = torch.randn(30, 4, generator=gen(), dtype=torch.float64)
    mean = draws.RunningMean()
    for value in values:
        mean.add(value)
    assert torch.allclose(mean.mean, values.mean(0))
    assert torch.allclose(mean.standard_error, values.std(0) / 30**0.5)


def test_uniform_numbers():
    u = draws.uniform((4000,), gen(), LIKE)
    assert u.dtype == LIKE.dtype
    assert 0 <= float(u.min()) < 0.01
    assert 0.99 < float(u.max()) < 1
    assert float(u.mean()) == pytest.approx(0.5, abs=0.02)


def test_every_order_is_as_likely():
    orders = draws.permutations(6000, 3, gen(), LIKE)
    assert torch.equal(orders.sort(1).values, torch.arange(3).expand(6000, 3))
    codes, counts = (orders @ torch.tensor([9, 3, 1])).unique(return_counts=True)
    assert len(codes) == 6
    assert (counts / 1000 - 1).abs().max() < 0.12
