"""The networks of the course. Each takes its options as keywords, so that a checkpoint can name and rebuild it."""

import torch.nn.functional as F
from torch import Tensor, nn

from .efficientnet import EfficientNetLite0


class DigitNet(nn.Module):
    """The MNIST network of `tangent`, Listing 3: two convolutions, one pooling, two linear layers; 32 x 32 in, 10 out.

    `smooth=False` is the network as printed: ReLU and max pooling, whose second derivatives vanish almost everywhere.
    `smooth=True` has SiLU and average pooling in their place and is infinitely differentiable.
    """

    def __init__(self, *, smooth: bool = False):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3)
        self.conv2 = nn.Conv2d(32, 64, 3)
        self.dropout1 = nn.Dropout(0.25)
        self.dropout2 = nn.Dropout(0.5)
        self.fc1 = nn.Linear(12544, 128)
        self.fc2 = nn.Linear(128, 10)
        self.activation = F.silu if smooth else F.relu
        self.pool = F.avg_pool2d if smooth else F.max_pool2d

    def forward(self, x: Tensor) -> Tensor:
        x = self.activation(self.conv1(x))  # B x 32 x 30 x 30
        x = self.activation(self.conv2(x))  # B x 64 x 28 x 28
        x = self.dropout1(self.pool(x, 2))  # B x 64 x 14 x 14
        x = self.activation(self.fc1(x.flatten(1)))  # B x 128
        return self.fc2(self.dropout2(x))  # B x 10, logits


class CifarNet(nn.Module):
    """A small residual network for CIFAR-10: 3 x 32 x 32 in [0, 1] in, 10 out, 0.4 million parameters.

    `features` ends in the last convolution's 192 maps of 8 x 8; their means and the one linear layer `head` make the
    logits, so that CAM is defined and equals Grad-CAM. `smooth` has SiLU and average pooling in the place of ReLU and
    max pooling.
    """

    def __init__(self, *, smooth: bool = False):
        super().__init__()
        activation = nn.SiLU if smooth else nn.ReLU
        pool = nn.AvgPool2d if smooth else nn.MaxPool2d
        self.features = nn.Sequential(
            _convolution(3, 24, activation),
            pool(2),  # B x 24 x 16 x 16
            _convolution(24, 48, activation),
            _convolution(48, 96, activation),
            pool(2),  # B x 96 x 8 x 8
            _Residual(_convolution(96, 96, activation), _convolution(96, 96, activation)),
            _convolution(96, 192, activation),
        )
        self.head = nn.Linear(192, 10)

    def forward(self, x: Tensor) -> Tensor:
        maps = self.features((x - 0.5) / 0.25)  # B x 192 x 8 x 8
        return self.head(maps.mean((2, 3)))  # B x 10, logits


def _convolution(inputs: int, outputs: int, activation: type[nn.Module]) -> nn.Sequential:
    convolution = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs), activation())


class _Residual(nn.Sequential):
    def forward(self, x: Tensor) -> Tensor:
        return x + super().forward(x)


ARCHITECTURES: dict[str, type[nn.Module]] = {
    "CifarNet": CifarNet,
    "DigitNet": DigitNet,
    "EfficientNetLite0": EfficientNetLite0,
}
