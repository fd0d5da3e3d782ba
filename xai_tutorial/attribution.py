"""The result of every method: its values, what they should add up to, how far they are from it, and what it cost."""

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True, eq=False, repr=False)
class Attribution:
    """`values` has the shape of `inputs`, with one more dimension in front when `times` were asked for.

    `total` is what each item's values should add up to (None where a method promises nothing), from an estimate of
    its own and not from the values; `gap` is the difference and `gap_error` its Monte Carlo standard error.
    """

    method: str
    inputs: Tensor  # B x ...
    values: Tensor  # (K x) B x ...
    total: Tensor | None = None  # (K x) B
    gap_error: Tensor | None = None  # (K x) B
    standard_error: Tensor | None = None  # like values
    evaluations: int = 0  # gradients for each input
    forwards: int = 0  # further forward passes for each input
    times: tuple[float, ...] | None = None
    total_name: str = "f(x) − baseline"
    path: Tensor | None = None  # N x B x ..., the points of a path that was chosen on the way, if they were kept
    note: str = ""  # what a reader must know, such as a tolerance that was not reached

    @property
    def sum(self) -> Tensor:
        """The values of each item, added up: (K x) B."""
        return self.values.flatten(self.values.dim() - self.inputs.dim() + 1).sum(-1)

    @property
    def gap(self) -> Tensor | None:
        """sum − total: 0 for a complete attribution, up to `gap_error`."""
        return None if self.total is None else self.sum - self.total

    def show(self, **options):
        """A picture: the inputs, their signed maps on one stated scale, sum against total, and the cost."""
        from .plotting import draw_attribution

        return draw_attribution(self, **options)

    def __repr__(self) -> str:
        return self.describe()

    def _repr_html_(self) -> str:
        return self.show()._repr_html_()

    def describe(self) -> str:
        """One sentence, which is also the picture's alternative text."""
        peak = float(self.values.abs().max())
        size = f"{self.method} of {len(self.inputs)} input(s), largest |value| {peak:.3g}"
        gap = "" if self.total is None else f", largest gap {float(self.gap.abs().max()):.2g}"
        note = f" Note: {self.note}." if self.note else ""
        return f"{size}{gap}; {self.cost}.{note}"

    @property
    def cost(self) -> str:
        more = f" and {self.forwards} forward passes" if self.forwards else ""
        return f"{self.evaluations} gradients{more} an input"
