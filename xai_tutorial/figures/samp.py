"""The figures and tables of SAMP (Path Choice Matters)."""

import numpy as np
import torch
from torch import Tensor

from ..attribution import Attribution
from ..data import mnist
from ..draws import normal
from ..field import ScalarField
from ..models import load
from ..paths import (
    BlurPath,
    StraightPath,
    blur_ig,
    guided_ig,
    integrate,
    integrated_gradients,
    random_path,
    samp,
)
from ..plotting import BLUE, GREEN, GREY, ORANGE, RED, array, bare, new_figure, signed_map
from .claims import Measured
from .registry import Setting, figure
from .run import Built

DIGITS = ["mnist/t10k-images-idx3-ubyte.gz", "mnist/t10k-labels-idx1-ubyte.gz", "checkpoints/digits_smooth.safetensors"]
COLOURS = (BLUE, ORANGE, GREEN, RED, GREY)


def digit_field(count: int, device: torch.device) -> tuple[ScalarField, Tensor]:
    """The logit of the right digit for the first test digits at 32 x 32, by the smooth network."""
    digits = mnist("test", size=32, count=count)
    labels = digits.labels.to(device)
    return ScalarField(load("digits_smooth", device=device), labels), digits.images.to(device)


# fig1 ----------------------------------------------------------------------------------------------------------------


class Curve:
    """(s^p, s^q), from (0, 0) to (1, 1)."""

    pieces = 1

    def __init__(self, p: int, q: int, device: torch.device):
        like = {"dtype": torch.float64, "device": device}
        self.powers = torch.tensor([p, q], **like)
        self.start, self.end = torch.zeros(1, 2, **like), torch.ones(1, 2, **like)

    def at(self, s: Tensor) -> tuple[Tensor, Tensor]:
        s = s[:, None, None]
        return s**self.powers, self.powers * s ** (self.powers - 1)


def toy(x: Tensor) -> Tensor:
    """x1^2 x2: along (s^p, s^q) the shares are 2p / (2p + q) and q / (2p + q)."""
    return x[:, 0] ** 2 * x[:, 1]


@figure("samp/fig1")
def fig1(setting: Setting) -> Built:
    """Left, paths of the plane with the shares that each gives; right, four ways to a digit."""
    curves = {"$(s, s)$": (1, 1), "$(s^2, s)$": (2, 1), "$(s, s^2)$": (1, 2)}
    plane = ScalarField(toy)
    drawn, errors = {}, []
    for name, (p, q) in curves.items():
        path = Curve(p, q, setting.device)
        found = integrate(plane, path)
        by_hand = torch.tensor([2 * p / (2 * p + q), q / (2 * p + q)], dtype=torch.float64, device=setting.device)
        errors.append(float((found.values[0] - by_hand).abs().max()))
        s = torch.linspace(0, 1, 50, dtype=torch.float64, device=setting.device)
        drawn[name] = (path.at(s)[0][:, 0], found.values[0])
    ends = Curve(1, 1, setting.device)
    greedy = samp(plane, ends.start, ends.end, step=1, keep_path=True)
    # At (0, 0) nothing has a slope, so the tie goes to x1, which finds nothing; x2 then takes all.
    errors.append(float((greedy.values[0] - greedy.values.new_tensor([0.0, 1.0])).abs().max()))
    drawn["greedy"] = (greedy.path[:, 0], greedy.values[0])
    variances = [float(values.var(correction=0)) for _, values in drawn.values()]
    count = 3 if setting.smoke else 100
    field, images = digit_field(count, setting.device)
    maps = _four_ways(field, images)
    gaps = [float((found.gap.abs() / found.total.abs().clamp_min(1)).max()) for found, _ in maps.values()]
    return Built(
        _draw_fig1(drawn, maps, field, images),
        {
            "closed forms": Measured(max(errors)),
            "same sum": Measured(max(gaps)),
            "greedy concentrates": Measured(variances[-1] / max(variances[:-1])),
        },
        alt="Left: four curves from one corner of a square to the other, each with its own pair of shares. Right: for "
        "each of four paths, five pictures on the way from a baseline to the digit 7, the logit on the way, and the "
        "map that results; the straight and the guided path fade the digit in, the blurred one sharpens it, the greedy "
        "one sets it pixel by pixel.",
        notes=[
            f"{count} digits were integrated; the first is shown. Gaps are relative to the larger of the total and 1.",
            "BlurIG starts at a wholly blurred picture, the others at black, so that its sum is another one.",
        ],
        data=DIGITS,
    )


def _four_ways(field: ScalarField, images: Tensor) -> dict[str, tuple[Attribution, Tensor]]:
    """Each method's attribution for all images, and five points on its way to the first."""
    fifths = torch.tensor([0.1, 0.3, 0.5, 0.75, 1.0], device=images.device)
    black = torch.zeros_like(images)

    def five(path: Tensor) -> Tensor:
        path = path[:, 0]
        moved = (path - path[0]).abs().flatten(1).sum(1)
        return torch.stack([path[int((moved >= f * moved[-1] - 1e-4).long().argmax())] for f in fifths.tolist()])

    straight, blurred = StraightPath(black, images), BlurPath(images, images.shape[-1])
    guided = guided_ig(field, images, keep_path=True)
    greedy = samp(field, black, images, keep_path=True)
    return {
        "straight (IG)": (integrated_gradients(field, images), straight.at(fifths)[0][:, 0]),
        "in frequency (BlurIG)": (blur_ig(field, images), blurred.at(fifths)[0][:, 0]),
        "guided (GuidedIG)": (guided, five(guided.path)),
        "greedy (SAMP)": (greedy, five(greedy.path)),
    }


def _draw_fig1(drawn: dict, maps: dict, field: ScalarField, images: Tensor):
    page = new_figure(13, 6.2)
    left, right = page.subfigures(1, 2, width_ratios=[1, 2])
    axes = left.subplots()
    for (name, (points, shares)), colour in zip(drawn.items(), COLOURS, strict=False):
        label = f"{name}: {shares[0]:.2f} + {shares[1]:.2f}"
        axes.plot(*array(points).T, color=colour, label=label, linewidth=2)
    axes.set_title("$f = x_1^2 x_2$ from (0, 0) to (1, 1):\nthe shares of $x_1$ and $x_2$ on four paths")
    axes.set_xlabel("$x_1$")
    axes.set_ylabel("$x_2$")
    axes.set_aspect("equal")
    axes.legend(loc="upper left", fontsize=8)
    grid = right.subplots(4, 7)
    scale = max(float(found.values[0].abs().max()) for found, _ in maps.values())
    first = field.for_rows(torch.zeros(5, dtype=torch.long, device=images.device))
    for row, (name, (found, pictures)) in enumerate(maps.items()):
        for k in range(5):
            grid[row, k].imshow(array(pictures[k, 0]), cmap="gray", vmin=0, vmax=1)
            bare(grid[row, k])
        grid[row, 0].set_ylabel(name, fontsize=8)
        grid[row, 5].plot(array(first.value(pictures)), color=BLUE, marker="o", markersize=3)
        grid[row, 5].set_xticks([])
        shown = signed_map(grid[row, 6], array(found.values[0, 0]), scale)
        grid[row, 6].set_title(f"sum {float(found.sum[0]):.2f}", fontsize=8)
    grid[0, 5].set_title("logit on the way", fontsize=8)
    right.colorbar(shown, ax=grid[:, 6], fraction=0.08, label=f"±{scale:.2g}, one scale")
    return page


# fig2 ----------------------------------------------------------------------------------------------------------------


@figure("samp/fig2")
def fig2(setting: Setting) -> Built:
    """Assumption 1 simulated: Gaussian walks that happen to end near C, kept by rejection and not by a formula."""
    d, total, sigma = 10, 1.0, 1.0
    walks = _walks_that_end_at(total, d, 2_000 if setting.smoke else 200_000, setting)  # N x d increments
    sums = walks.cumsum(1)
    k = torch.arange(1, d, dtype=walks.dtype, device=walks.device)
    z = (sums[:, :-1].mean(0) - k * total / d) / (sums[:, :-1].std(0) / len(walks) ** 0.5)
    expected = sigma * (torch.eye(d - 1, dtype=walks.dtype, device=walks.device) - 1 / d)
    simulated = torch.cov(walks[:, : d - 1].T)
    sizes = (3, 10, 30, 100, 300, 1000)
    norms, entries = zip(*(_distance_to_diagonal(size) for size in sizes), strict=True)
    return Built(
        _draw_fig2(sums, total, simulated, sizes, norms, entries),
        {
            "mean": Measured(float(z.square().mean().sqrt())),
            "covariance": Measured(float((simulated - expected).abs().max()) / sigma),
            "proposition 2": Measured(norms[-1]),
            "entry by entry": Measured(entries[-1]),
        },
        alt="Left: random walks that all end near 1, scattered around a straight line. Middle: their simulated "
        "covariance, 0.9 on the diagonal and -0.1 beside it. Right: as d grows, the largest entry of the difference "
        "from a multiple of the identity falls as 1/d, while its spectral norm rises to 1.",
        notes=[
            "Proposition 2 holds entry by entry and fails in norm: the direction (1, ..., 1) has eigenvalue sigma/d.",
            f"{len(walks)} walks of d = {d} steps were kept, which end within 0.05 of C = {total:g}.",
        ],
    )


def _walks_that_end_at(total: float, d: int, wanted: int, setting: Setting) -> Tensor:
    generator, kept, count = setting.generator(), [], 0
    like = torch.zeros(1, dtype=torch.float64, device=setting.device)
    while count < wanted:
        draws = normal((500_000, d), generator, like)
        near = draws[(draws.sum(1) - total).abs() < 0.05]
        kept.append(near)
        count += len(near)
    return torch.cat(kept)[:wanted]


def _distance_to_diagonal(d: int) -> tuple[float, float]:
    """Spectral norm and largest entry of Sigma / sigma − I, for the (d − 1) x (d − 1) matrix of Proposition 1."""
    difference = np.full((d - 1, d - 1), -1 / d)
    return float(np.linalg.norm(difference, 2)), float(np.abs(difference).max())


def _draw_fig2(sums: Tensor, total: float, simulated: Tensor, sizes, norms, entries):
    page = new_figure(12, 3.6)
    walks, matrix, limit = page.subplots(1, 3)
    d = sums.shape[1]
    steps = np.arange(d + 1)
    for row in array(sums[:40]):
        walks.plot(steps, [0, *row], color=BLUE, alpha=0.25)
    walks.plot(steps, steps * total / d, color=ORANGE, linewidth=2.5, label="$kC/d$")
    walks.plot(steps, [0, *array(sums.mean(0))], "k.", label="simulated mean")
    walks.set_xlabel("step k")
    walks.set_ylabel("$u_k$")
    walks.set_title(f"walks that end near C = {total:g}")
    walks.legend(frameon=False)
    shown = signed_map(matrix, array(simulated), 1.0)
    matrix.set_title("simulated covariance of the shares, d = 10")
    page.colorbar(shown, ax=matrix, fraction=0.05, label="±1")
    limit.loglog(sizes, norms, "o-", color=RED, label="spectral norm")
    limit.loglog(sizes, entries, "s-", color=GREEN, label="largest entry")
    limit.set_xlabel("d")
    limit.set_title(r"$\Sigma/\sigma - I$: what Proposition 2 says of it")
    limit.legend(frameon=False)
    return page


# fig3 ----------------------------------------------------------------------------------------------------------------


@figure("samp/fig3")
def fig3(setting: Setting) -> Built:
    """Var(a) of every path between black and the digit, and of random monotone paths between the same ends."""
    count, randoms = (4, 2) if setting.smoke else (300, 8)
    field, images = digit_field(count, setting.device)
    black, generator, step = torch.zeros_like(images), setting.generator(), 32
    found = {
        "IG": integrated_gradients(field, images),
        "GuidedIG": guided_ig(field, images),
        "SAMP": samp(field, black, images, step=step),
        "SAMP++": samp(field, black, images, step=step, constraint=0.02, momentum=0.5, nodes=2),
    }
    chance = [random_path(field, black, images, step=step, generator=generator) for _ in range(randoms)]
    variance = {name: _variance(one) for name, one in found.items()}
    by_chance = torch.stack([_variance(one) for one in chance])  # R x B
    gaps = [float((one.gap.abs() / one.total.abs().clamp_min(1)).max()) for one in (*found.values(), *chance)]
    return Built(
        _draw_fig3(variance, by_chance, found | {"random path": chance[0]}, images),
        {
            "beats IG": _share(variance["SAMP"] > variance["IG"]),
            "beats GuidedIG": _share(variance["SAMP"] > variance["GuidedIG"]),
            "beats random paths": _share((variance["SAMP"] > by_chance).all(0)),
            "complete": Measured(max(gaps)),
        },
        alt="Left: a histogram for each method of the variance of its attributions over the digits. Right: the maps "
        "of one digit by each method on one scale.",
        notes=[
            f"{count} digits, the logit of the label, from black to the digit; SAMP and the random paths move {step} "
            "pixels a step. All of them are integrated along what was walked, so that they add up.",
            "SAMP++ here: constraint 0.02 of the l1 distance, momentum 0.5.",
            "A single random path has the larger variance on "
            f"{float((by_chance > variance['SAMP']).double().mean()):.0%} of the digits. Effective number of pixels, "
            f"median of (sum |a|)^2 / sum a^2: IG {_pixels(found['IG']):.0f}, SAMP {_pixels(found['SAMP']):.0f}, "
            f"random paths {_pixels(*chance):.0f}.",
        ],
        data=DIGITS,
    )


def _variance(found: Attribution) -> Tensor:
    """Definition 1, over the pixels of each item: B."""
    return found.values.flatten(1).var(1, correction=0)


def _pixels(*found: Attribution) -> float:
    """The median of (sum |a|)^2 / sum a^2: n where n pixels share evenly."""
    values = torch.cat([one.values.flatten(1) for one in found])
    return float((values.abs().sum(1) ** 2 / values.square().sum(1)).median())


def _share(hits: Tensor) -> Measured:
    """A share of independent items with its 95 % interval by Wilson's formula."""
    n, p, z = len(hits), float(hits.double().mean()), 1.96
    middle, half = (
        (p + z**2 / (2 * n)) / (1 + z**2 / n),
        z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / (1 + z**2 / n),
    )
    return Measured(p, (max(0.0, float(middle - half)), min(1.0, float(middle + half))))


def _draw_fig3(variance: dict[str, Tensor], by_chance: Tensor, found: dict[str, Attribution], images: Tensor):
    page = new_figure(13, 3.6)
    left, right = page.subfigures(1, 2, width_ratios=[1, 1.5])
    axes = left.subplots()
    everything = variance | {"random paths": by_chance.flatten()}
    logs = {name: np.log10(array(values)) for name, values in everything.items()}
    bins = np.linspace(min(map(np.min, logs.values())), max(map(np.max, logs.values())), 40)
    for (name, values), colour in zip(logs.items(), COLOURS, strict=True):
        axes.hist(values, bins, density=True, histtype="step", linewidth=2, color=colour, label=name)
    axes.set_xlabel("log10 of Var(a)")
    axes.set_ylabel("density")
    axes.legend(frameon=False, fontsize=8)
    grid = right.subplots(1, 6)
    grid[0].imshow(array(images[0, 0]), cmap="gray")
    bare(grid[0])
    scale = max(float(one.values[0].abs().max()) for one in found.values())
    for panel, (name, one) in zip(grid[1:], found.items(), strict=True):
        shown = signed_map(panel, array(one.values[0, 0]), scale)
        panel.set_title(f"{name}\nvar {float(_variance(one)[0]):.2g}", fontsize=8)
    right.colorbar(shown, ax=grid, location="bottom", fraction=0.06, label=f"±{scale:.2g}, one scale")
    return page
