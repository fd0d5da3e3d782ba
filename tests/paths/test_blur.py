import pytest
import torch

import xai_tutorial as xt
from xai_tutorial.paths.blur import blur_matrix


def test_the_kernel_sums_to_one_at_every_width():
    sigma = torch.tensor([0.1, 0.3, 0.9, 1.1, 3.0, 20.0], dtype=torch.float64)
    rows = blur_matrix(601, sigma)[:, 300].sum(1)
    assert torch.allclose(rows, torch.ones_like(rows))


def test_the_paper_s_kernel_does_not():
    m = torch.arange(-50, 51, dtype=torch.float64)
    t = torch.tensor(4.0, dtype=torch.float64)
    printed = (-(m[:, None] ** 2 + m**2) / t**2).exp() / (torch.pi * t)
    assert float(printed.sum()) == pytest.approx(4.0, rel=1e-6)
    holds = (-(m[:, None] ** 2 + m**2) / (2 * t)).exp() / (2 * torch.pi * t)
    assert float(holds.sum()) == pytest.approx(1.0, rel=1e-6)


def test_blur_against_scipy():
    from scipy.ndimage import gaussian_filter

    image = torch.rand(20, 26, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    path = xt.BlurPath(image[None], widest=5.0)
    for s in (0.0, 0.3, 0.6):
        sigma = 5.0 * (0.1 / 5.0) ** s
        theirs = torch.from_numpy(gaussian_filter(image.numpy(), sigma, mode="constant", truncate=12))
        ours = path.at(torch.tensor([s], dtype=torch.float64))[0][0, 0]
        # scipy divides by its own truncated sum, which is 1 but for a discretisation of very narrow kernels
        assert torch.allclose(ours, theirs, atol=1e-6)


def test_velocity_is_the_derivative_of_the_points():
    path = xt.BlurPath(torch.rand(2, 1, 8, 8, generator=torch.Generator().manual_seed(0), dtype=torch.float64), 6.0)
    s = torch.tensor([0.2, 0.7], dtype=torch.float64)
    step = 1e-6
    slope = (path.at(s + step)[0] - path.at(s - step)[0]) / (2 * step)
    assert torch.allclose(path.at(s)[1], slope, atol=1e-6)


def test_the_path_ends_at_the_picture_and_adds_up():
    digits = xt.mnist("test", size=32, count=3)
    path = xt.BlurPath(digits.images, 32.0)
    assert torch.allclose(path.at(torch.ones(1))[0][0], digits.images, atol=1e-6)
    assert path.start.max() < 0.05
    found = xt.blur_ig(xt.ScalarField(xt.load("digits_smooth"), digits.labels), digits.images)
    assert (found.gap.abs() <= 1e-3 * found.total.abs()).all()


def test_bad_arguments():
    with pytest.raises(xt.InputError, match="only pictures"):
        xt.blur_ig(xt.ScalarField(lambda x: x.sum(1)), torch.ones(2, 3), widest=2.0)
    with pytest.raises(xt.InputError, match="widest blur"):
        xt.BlurPath(torch.ones(1, 4, 4), 0.05)
