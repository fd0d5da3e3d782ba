"""A model (or any function) and a target as one scalar field f: R^D -> R, the object that every method explains."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy

import torch
from torch import Tensor, nn

from .errors import FieldError, InputError

OUTPUTS = ("logit", "probability", "difference")


class ScalarField:
    """f(x), one number a row, with its derivatives.

    `function` maps a batch B x ... to B numbers, or to B x C scores of which `target` picks one: a class for all
    rows, or a tensor with one class a row. `output` says what is explained: the "logit" of the target, its softmax
    "probability", or, for a pair of targets, the "difference" of their logits.

    At most `batch_size` rows are evaluated at once, so that memory does not depend on how many are asked for. None
    means 64 on a CPU, whose caches a larger batch leaves, and 512 elsewhere. A module is evaluated in evaluation mode
    and left in the mode in which it was found; no gradient is left behind.
    """

    def __init__(self, function: Callable[[Tensor], Tensor], target=None, *, output: str = "logit", batch_size=None):
        if output not in OUTPUTS:
            raise InputError(f"output must be one of {', '.join(OUTPUTS)}, got {output!r}")
        if batch_size is not None and batch_size < 1:
            raise InputError(f"batch_size must be at least 1, got {batch_size}")
        if target is None and output != "logit":
            raise InputError(f"output={output!r} needs a target")
        self.function, self.output, self.batch_size = function, output, batch_size
        self.target = None if target is None else _classes(target, output)

    def value(self, x: Tensor) -> Tensor:
        """f at each row: B. One forward pass a row."""
        self.check(x)
        with self._quiet(), torch.no_grad():
            return torch.cat([part._scalars(rows) for part, rows in self._chunks(x)])

    def gradient(self, x: Tensor) -> Tensor:
        """The gradient of f at each row: B x .... One forward and one backward pass a row."""
        return self.value_and_gradient(x)[1]

    def value_and_gradient(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """f and its gradient for the price of the gradient."""
        self.check(x)
        values, gradients = [], []
        with self._quiet(), torch.inference_mode(False), torch.enable_grad():
            for part, rows in self._chunks(x):
                value, leaf = part._with_leaf(rows)
                (gradient,) = torch.autograd.grad(value.sum(), leaf)
                values.append(value.detach())
                gradients.append(gradient)
        return torch.cat(values), torch.cat(gradients)

    def derivative(self, x: Tensor, v: Tensor) -> Tensor:
        """The directional derivative of f along v at each row: B. The price of a gradient."""
        return (self.gradient(x) * v).flatten(1).sum(1)

    def hessian_vector(self, x: Tensor, v: Tensor) -> Tensor:
        """The Hessian of f times v at each row: B x .... About two gradients a row; 0 for piecewise linear models."""
        self.check(x)
        products = []
        v = v.expand_as(x)
        with self._quiet(), torch.inference_mode(False), torch.enable_grad():
            for (part, rows), along in zip(self._chunks(x), v.split(self.rows_at_once(x)), strict=True):
                value, leaf = part._with_leaf(rows)
                (gradient,) = torch.autograd.grad(value.sum(), leaf, create_graph=True)
                slope = (gradient * along).sum()
                flat = not slope.requires_grad  # a linear f: its gradient does not depend on x
                products.append(torch.zeros_like(rows) if flat else _grad_or_zero(slope, leaf))
        return torch.cat(products)

    def pull_back(self, chart: Callable[[Tensor], Tensor]) -> "ScalarField":
        """f o chart, a field on the chart's coordinates; `chart` maps B x k to this field's inputs."""
        pulled = copy(self)
        pulled.function = lambda z: self.function(chart(z))
        pulled._modules = tuple(part for part in (*self._modules, chart) if isinstance(part, nn.Module))
        return pulled

    def for_rows(self, index: Tensor) -> "ScalarField":
        """The field of other rows: row r of its inputs has the target of row `index[r]` of this field's."""
        if self.target is None or self.target.dim() < self._batched:
            return self
        chosen = copy(self)
        chosen.target = self.target[index.to(self.target.device)]
        return chosen

    def rows_at_once(self, x: Tensor) -> int:
        return self.batch_size or (64 if x.device.type == "cpu" else 512)

    def check(self, x: Tensor) -> None:
        """Refuse, in one sentence, inputs on which this field cannot be evaluated."""
        if not isinstance(x, Tensor) or not x.is_floating_point():
            raise InputError(f"the input must be a tensor of floats, got {_describe(x)}")
        if x.dim() < 2 or x.numel() == 0:
            raise InputError(f"the input must be a batch B x ... with at least one item, got shape {tuple(x.shape)}")
        parameter = next((p for module in self._modules for p in module.parameters()), None)
        if parameter is not None and parameter.device != x.device:
            raise InputError(f"the model is on {parameter.device} and the input on {x.device}: move one of them")
        if parameter is not None and parameter.dtype != x.dtype:
            raise InputError(f"the model computes in {parameter.dtype} and the input is {x.dtype}: convert one of them")
        if not x.isfinite().all():
            raise InputError("the input holds NaN or infinite values")
        if self.target is not None and self.target.dim() == self._batched and len(self.target) != len(x):
            raise InputError(f"there are {len(self.target)} targets for {len(x)} rows")

    @property
    def _modules(self) -> tuple[nn.Module, ...]:
        return self.__dict__.get("_held", (self.function,) if isinstance(self.function, nn.Module) else ())

    @_modules.setter
    def _modules(self, modules: tuple[nn.Module, ...]) -> None:
        self._held = modules

    @property
    def _batched(self) -> int:
        """The number of dimensions of a target that differs from row to row."""
        return 2 if self.output == "difference" else 1

    def _chunks(self, x: Tensor) -> Iterator[tuple["ScalarField", Tensor]]:
        size = self.rows_at_once(x)
        for start in range(0, len(x), size):
            rows = x[start : start + size]
            yield self.for_rows(torch.arange(start, start + len(rows), device=x.device)), rows

    def _with_leaf(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        leaf = rows.detach().clone().requires_grad_()
        value = self._scalars(leaf)
        if not value.requires_grad:
            raise FieldError("the function's value does not depend differentiably on its input: was it detached?")
        return value, leaf

    def _scalars(self, x: Tensor) -> Tensor:
        """The function's output, reduced to the one number a row that is explained."""
        try:
            scores = self.function(x)
        except torch.OutOfMemoryError:
            raise
        except RuntimeError as error:
            reason = str(error).splitlines()[0]
            raise FieldError(f"the function fails on an input of shape {tuple(x.shape)}: {reason}") from error
        if not isinstance(scores, Tensor):
            raise FieldError(f"the function must return a tensor, got {_describe(scores)}")
        if scores.dim() == 2 and scores.shape[1] == 1 and self.target is None:
            scores = scores[:, 0]
        expected = "B numbers" if self.target is None else "B x C scores"
        if scores.dim() != (1 if self.target is None else 2) or len(scores) != len(x):
            hint = "; say which with target=" if self.target is None and scores.dim() == 2 else ""
            raise FieldError(f"the function must return {expected} for B = {len(x)}, got {tuple(scores.shape)}{hint}")
        return scores if self.target is None else self._pick(scores)

    def _pick(self, scores: Tensor) -> Tensor:
        target = self.target.to(scores.device)
        if int(target.max()) >= scores.shape[1] or int(target.min()) < 0:
            raise InputError(f"target {target.tolist()} is out of range: the model has {scores.shape[1]} outputs")
        if self.output == "probability":
            scores = scores.softmax(1)
        # B x 1, or B x 2 for a difference
        index = target.expand(len(scores), 2) if self.output == "difference" else target.expand(len(scores))[:, None]
        picked = scores.gather(1, index)
        return picked[:, 0] - picked[:, 1] if self.output == "difference" else picked[:, 0]

    @contextmanager
    def _quiet(self):
        """Evaluation mode for the modules inside, and afterwards each submodule's own mode again."""
        modes = [(module, module.training) for held in self._modules for module in held.modules()]
        for held in self._modules:
            held.eval()
        try:
            yield
        finally:
            for module, mode in modes:
                module.training = mode


def _grad_or_zero(value: Tensor, leaf: Tensor) -> Tensor:
    (gradient,) = torch.autograd.grad(value, leaf, allow_unused=True, materialize_grads=True)
    return gradient


def _classes(target, output: str) -> Tensor:
    classes = torch.as_tensor(target)
    dims = (1, 2) if output == "difference" else (0, 1)
    if classes.is_floating_point() or classes.dtype == torch.bool:
        raise InputError(f"a target is a class number, got {target!r}")
    if classes.dim() not in dims or (output == "difference" and classes.shape[-1] != 2):
        form = "a pair of classes, or one pair a row" if output == "difference" else "a class, or one class a row"
        raise InputError(f"output={output!r} takes {form}, got a target of shape {tuple(classes.shape)}")
    return classes.long()


def _describe(thing) -> str:
    return f"a tensor of {thing.dtype}" if isinstance(thing, Tensor) else type(thing).__name__
