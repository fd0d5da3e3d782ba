import pytest
import torch

import xai_tutorial as xt


@pytest.fixture(scope="module")
def net():
    return xt.load("efficientnet_lite0")


def test_it_sees_what_the_photographs_show(net):
    found = xt.photographs()
    known = [index for index, label in enumerate(found.labels) if label is not None]
    with torch.no_grad():
        top = net(found.images[known]).argmax(1).tolist()
    assert top == [found.labels[index] for index in known]
    assert xt.checkpoint_info("efficientnet_lite0").reached["photographs_right"] == len(known) == 4


def test_the_original_s_logits(net):
    # The largest logits of the original package's model, on the same ramp of colours.
    ramp = torch.linspace(0, 1, 224)
    x = torch.stack([ramp.expand(224, 224), ramp[:, None].expand(224, 224), ramp.flip(0).expand(224, 224)])[None]
    with torch.no_grad():
        values, classes = net(x)[0].topk(3)
    assert classes.tolist() == [818, 782, 644]
    assert values.tolist() == pytest.approx([5.191, 4.6618, 4.3042], abs=1e-4)


def test_the_logits_are_the_means_of_maps(net):
    x = torch.rand(2, 3, 64, 96, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        maps = net.features((x * 255 - 127) / 128)
        assert maps.shape == (2, 1280, 2, 3)
        assert torch.allclose(net.head(maps.mean((2, 3))), net(x))


def test_a_size_that_does_not_halve_five_times(net):
    with pytest.raises(xt.InputError, match="multiples of 32"):
        net(torch.zeros(1, 3, 100, 96))


def test_it_is_a_scalar_field(net):
    x = xt.photographs(size=64).images[:2]
    assert xt.ScalarField(net, 285).gradient(x).abs().amax((1, 2, 3)).min() > 0
