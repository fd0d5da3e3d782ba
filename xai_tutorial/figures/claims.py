"""A claim of a paper, the band set before it was measured, what we measured, and the verdict that follows."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student_t

VERDICTS = ("reproduced", "partly", "not reproduced", "not run")


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One line of `registry.toml`."""

    name: str
    statement: str
    band: tuple[float, float]
    reason: str
    paper: float | None = None


@dataclass(frozen=True)
class Measured:
    """A number with its 95 % interval; a number without one is exact."""

    value: float
    interval: tuple[float, float] | None = None


def mean_of(values) -> Measured:
    """The mean of independent measurements with its 95 % interval, by Student's t."""
    numbers = np.array([float(value) for value in values])
    half = student_t.ppf(0.975, len(numbers) - 1) * numbers.std(ddof=1) / math.sqrt(len(numbers))
    return Measured(float(numbers.mean()), (float(numbers.mean() - half), float(numbers.mean() + half)))


def judge(claim: Claim, measured: Measured) -> dict:
    """'reproduced' if the whole interval lies in the band, 'partly' if some of it does, else 'not reproduced'."""
    low, high = measured.interval or (measured.value, measured.value)
    if not all(math.isfinite(number) for number in (measured.value, low, high)):
        verdict = "not reproduced"
    elif claim.band[0] <= low and high <= claim.band[1]:
        verdict = "reproduced"
    elif low <= claim.band[1] and high >= claim.band[0]:
        verdict = "partly"
    else:
        verdict = "not reproduced"
    return {
        "name": claim.name,
        "statement": claim.statement,
        "paper": claim.paper,
        "ours": measured.value,
        "interval": [low, high],
        "band": list(claim.band),
        "reason": claim.reason,
        "verdict": verdict,
    }
