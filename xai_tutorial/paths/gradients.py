"""Where every path begins: the gradient at the point itself, and its product with the input."""

from torch import Tensor

from ..attribution import Attribution
from ..field import ScalarField


def gradient(field: ScalarField, x: Tensor) -> Attribution:
    """grad f(x), in units of f per unit of x. It promises no sum. Cost: 1 gradient."""
    return Attribution(method="Gradient", inputs=x, values=field.gradient(x), evaluations=1)


def input_times_gradient(field: ScalarField, x: Tensor) -> Attribution:
    """x * grad f(x), in units of f; the sum is f(x) − f(0) only where f is linear. Cost: 1 gradient, 1 forward pass."""
    value, slope = field.value_and_gradient(x)
    return Attribution(
        method="Input × gradient",
        inputs=x,
        values=x * slope,
        total=value - field.value(x.new_zeros(x.shape)),
        evaluations=1,
        forwards=1,
        total_name="f(x) − f(0)",
    )
