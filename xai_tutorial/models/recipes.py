"""The recipes: `xai-tutorial train NAME` makes each checkpoint that ships again, and `cifar10_smooth` beside them."""

from dataclasses import replace

from ..errors import UnknownNameError
from .training import Recipe

_DIGITS = Recipe(
    name="digits_relu",
    architecture="DigitNet",
    options={"smooth": False},
    epochs=12,
    batch=128,
    learning_rate=1e-3,
    image_size=32,
    shift=2,
)

_CIFAR10 = Recipe(
    name="cifar10_relu",
    architecture="CifarNet",
    options={"smooth": False},
    dataset="cifar10",
    epochs=20,
    batch=128,
    learning_rate=0.2,
    momentum=0.9,
    weight_decay=5e-4,
    warmup=0.2,
    image_size=32,
    shift=4,
    flip=True,
)

RECIPES: dict[str, Recipe] = {
    "digits_relu": _DIGITS,
    "digits_smooth": replace(_DIGITS, name="digits_smooth", options={"smooth": True}),
    "cifar10_relu": _CIFAR10,
    "cifar10_smooth": replace(_CIFAR10, name="cifar10_smooth", options={"smooth": True}),
}


def recipe(name: str, *, smoke: bool = False) -> Recipe:
    """A recipe by name; `smoke` shortens it to a few steps, to prove that it runs."""
    if name not in RECIPES:
        raise UnknownNameError("recipe", name, RECIPES)
    full = RECIPES[name]
    return replace(full, epochs=2, images=1000, test_images=500, batch=100) if smoke else full
