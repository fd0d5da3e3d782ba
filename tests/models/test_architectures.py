import pytest
import torch

import xai_tutorial as xt

X = torch.rand(3, 3, 32, 32, generator=torch.Generator().manual_seed(0))


@pytest.fixture(params=[False, True], ids=["relu", "smooth"])
def net(request):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return xt.CifarNet(smooth=request.param).eval(), request.param


def test_the_logits_of_a_cifar_net_are_its_class_activation_maps(net):
    maps = net[0].features((X - 0.5) / 0.25)
    assert maps.shape == (3, 192, 8, 8)
    cam = torch.einsum("kc,bchw->bkhw", net[0].head.weight, maps)  # B x 10 x 8 x 8
    assert torch.allclose(cam.mean((2, 3)) + net[0].head.bias, net[0](X), atol=1e-5)


def test_only_the_smooth_cifar_net_bends(net):
    model, smooth = net
    curved = xt.ScalarField(model, 4).hessian_vector(X, torch.ones_like(X))
    assert (curved.abs().max() > 1e-6) == smooth


def test_an_image_does_not_depend_on_its_neighbours(net):
    assert torch.allclose(net[0](X)[1:2], net[0](X[1:2]), atol=1e-5)
