"""Side-by-side timings: ours and its peer in the same run, as ratios."""

from collections.abc import Callable
from dataclasses import asdict, dataclass

from ..errors import UnknownNameError


@dataclass(frozen=True)
class Row:
    """`ratio` is what the goal speaks of; `ours` and `peer` are seconds unless the text says otherwise."""

    name: str
    what: str
    ours: float
    peer: float
    ratio: float
    goal: str
    met: bool


def run(names: list[str] | None, *, say: Callable[[str], None]) -> list[dict]:
    from .heat import heatflow_rows
    from .judges import judges_rows
    from .paths import paths_rows

    benchmarks = {"heatflow": heatflow_rows, "judges": judges_rows, "paths": paths_rows}
    for name in names or ():
        if name not in benchmarks:
            raise UnknownNameError("benchmark", name, benchmarks)
    rows = []
    for name in names or benchmarks:
        for row in benchmarks[name]():
            say(f"{'met ' if row.met else 'MISSED'} {row.ratio:8.2f}  (goal {row.goal})  {row.what}")
            rows.append(asdict(row))
    return rows
