"""EfficientNet-lite0 (M. Tan and Q. V. Le, 2019, without squeeze-and-excitation and with ReLU6): 1,000 classes."""

import torch.nn.functional as F
from torch import Tensor, nn

from ..errors import InputError

# Kernel, stride, expansion, channels out, blocks; the channels in are those out of the line before.
STAGES = (
    (3, 1, 1, 16, 1),
    (3, 2, 6, 24, 2),
    (5, 2, 6, 40, 2),
    (3, 2, 6, 80, 3),
    (5, 1, 6, 112, 3),
    (5, 2, 6, 192, 4),
    (3, 1, 6, 320, 1),
)


class EfficientNetLite0(nn.Module):
    """3 x 224 x 224 in [0, 1] in, 1,000 logits out; 4.7 million parameters. Other sizes must be multiples of 32.

    `features` ends in 1,280 maps of 7 x 7; their means and the one linear layer `head` make the logits.
    """

    def __init__(self):
        super().__init__()
        layers: list[nn.Module] = [_Convolution(3, 32, kernel=3, stride=2), nn.ReLU6()]
        channels = 32
        for kernel, stride, expansion, outputs, blocks in STAGES:
            for index in range(blocks):
                layers.append(_Block(channels, outputs, expansion, kernel, stride if index == 0 else 1))
                channels = outputs
        self.features = nn.Sequential(*layers, _Convolution(channels, 1280, kernel=1), nn.ReLU6())
        self.head = nn.Linear(1280, 1000)

    def forward(self, x: Tensor) -> Tensor:
        if x.ndim != 4 or x.shape[2] % 32 or x.shape[3] % 32:
            raise InputError(
                f"EfficientNetLite0 takes B x 3 x H x W with multiples of 32 for H and W, got {list(x.shape)}"
            )
        maps = self.features((x * 255 - 127) / 128)  # B x 1280 x H/32 x W/32
        return self.head(maps.mean((2, 3)))  # B x 1000, logits


class _Block(nn.Module):
    """An inverted bottleneck: widen, convolve each channel by itself, narrow; added to its input where it can be."""

    def __init__(self, inputs: int, outputs: int, expansion: int, kernel: int, stride: int):
        super().__init__()
        inner = inputs * expansion
        widen = [_Convolution(inputs, inner, kernel=1), nn.ReLU6()] if expansion > 1 else []
        each = [_Convolution(inner, inner, kernel=kernel, stride=stride, groups=inner), nn.ReLU6()]
        self.layers = nn.Sequential(*widen, *each, _Convolution(inner, outputs, kernel=1))
        self.adds = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers(x) if self.adds else self.layers(x)


class _Convolution(nn.Module):
    """A convolution and its batch norm; at stride 2 the odd pixel of padding is at the right and the bottom."""

    def __init__(self, inputs: int, outputs: int, *, kernel: int, stride: int = 1, groups: int = 1):
        super().__init__()
        self.convolution = nn.Conv2d(inputs, outputs, kernel, stride, groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.01)
        self.before, self.after = (kernel - stride) // 2, (kernel - stride + 1) // 2

    def forward(self, x: Tensor) -> Tensor:
        padded = F.pad(x, (self.before, self.after, self.before, self.after))
        return self.norm(self.convolution(padded))
