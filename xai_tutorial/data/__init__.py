"""What ships, what is made, and loaders for what a user must bring."""

from .cifar10 import CIFAR10_CLASSES, cifar10
from .labelled import LabelledImages
from .manifest import Shipped, data_folder, entries, find, notebooks_folder, read, record, verify
from .mnist import mnist
from .photographs import PHOTOGRAPHS, Photographs, imagenet_name, photographs

__all__ = [
    "CIFAR10_CLASSES",
    "PHOTOGRAPHS",
    "LabelledImages",
    "Photographs",
    "Shipped",
    "cifar10",
    "data_folder",
    "entries",
    "find",
    "imagenet_name",
    "mnist",
    "notebooks_folder",
    "photographs",
    "read",
    "record",
    "verify",
]
