"""What ships, what is made, and loaders for what a user must bring."""

from .cifar10 import CIFAR10_CLASSES, cifar10
from .labelled import LabelledImages
from .manifest import Shipped, data_folder, entries, find, notebooks_folder, read, record, verify
from .mnist import mnist

__all__ = [
    "CIFAR10_CLASSES",
    "LabelledImages",
    "Shipped",
    "cifar10",
    "data_folder",
    "entries",
    "find",
    "mnist",
    "notebooks_folder",
    "read",
    "record",
    "verify",
]
