"""Timing two things fairly: in turn, in one run, the best of several."""

import time
from collections.abc import Callable


def best_of(calls: dict[str, Callable[[], object]], *, repeats: int = 5) -> dict[str, float]:
    """The shortest seconds of each call; the calls alternate, so that a slow moment of the machine hits them alike."""
    best = dict.fromkeys(calls, float("inf"))
    for round in range(repeats + 1):
        for name, call in calls.items():
            seconds = timed(call)[0]
            if round > 0:  # the first round warms up
                best[name] = min(best[name], seconds)
    return best


def timed(call: Callable[[], object]) -> tuple[float, object]:
    began = time.perf_counter()
    result = call()
    return time.perf_counter() - began, result
