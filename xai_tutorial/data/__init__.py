"""What ships, what is made, and loaders for what a user must bring."""

from .manifest import Shipped, data_folder, entries, find, notebooks_folder, read, record, verify
from .mnist import MNIST, mnist

__all__ = [
    "MNIST",
    "Shipped",
    "data_folder",
    "entries",
    "find",
    "mnist",
    "notebooks_folder",
    "read",
    "record",
    "verify",
]
