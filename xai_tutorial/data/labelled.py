"""What the loaders of labelled images return."""

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class LabelledImages:
    images: Tensor  # N x C x H x W, float32 in [0, 1]
    labels: Tensor  # N, int64

    def __len__(self) -> int:
        return len(self.labels)
