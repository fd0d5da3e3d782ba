"""How an exercise is checked: `check("5.2", answer)` says whether it is right, and if not, why, with a hint.

It never raises, so that a notebook with blanks runs to its end. `passes` asks the same without a word.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from ..errors import UnknownNameError

CHAPTERS = ("chapter00", "chapter02", "chapter05")


class Wrong(Exception):  # noqa: N818  (a verdict on an answer, not an error of the program)
    """What is wrong with an answer, in one sentence that helps."""


@dataclass(frozen=True)
class Exercise:
    number: str
    judge: Callable  # takes the answer and raises Wrong
    hints: tuple[str, ...]


_exercises: dict[str, Exercise] = {}
_tries: dict[str, int] = {}


def exercise(number: str, *hints: str) -> Callable:
    """Decorator: the function judges the answers to this exercise."""

    def register(judge: Callable) -> Callable:
        _exercises[number] = Exercise(number, judge, hints)
        return judge

    return register


def exercises() -> dict[str, Exercise]:
    for chapter in CHAPTERS:
        import_module(f".{chapter}", __package__)
    return dict(sorted(_exercises.items()))


def check(number: str, answer) -> None:
    """Say whether the answer is right. Each wrong try brings the next hint."""
    reason = _reason(number, answer)
    if reason is None:
        print(f"Exercise {number}: right.")
        return
    hints = exercises()[number].hints
    hint = hints[min(_tries.get(number, 0), len(hints) - 1)]
    _tries[number] = _tries.get(number, 0) + 1
    print(f"Exercise {number}: not yet. {reason}\nHint: {hint}")


def passes(number: str, answer) -> bool:
    return _reason(number, answer) is None


def _reason(number: str, answer) -> str | None:
    """Why the answer is wrong, or None."""
    known = exercises()
    if number not in known:
        raise UnknownNameError("exercise", number, known)
    if answer is None or answer is ...:
        return "There is no answer here so far."
    try:
        known[number].judge(answer)
    except Wrong as wrong:
        return str(wrong)
    except Exception as error:
        return f"Your code stopped with {type(error).__name__}: {error}"
    return None


def call(answer, *arguments, **options):
    """The value of a reader's function, refusing one that is still blank."""
    if not callable(answer):
        raise Wrong(f"This asks for a function, and got {type(answer).__name__}.")
    value = answer(*arguments, **options)
    if value is None or value is ...:
        raise Wrong("Your function returns nothing so far.")
    return value


def close(found, expected: float, *, within: float = 1e-6) -> bool:
    return abs(float(found) - expected) <= within * max(1.0, abs(expected))
