"""The named errors. Each message is one sentence: what is wrong, where, and what to do."""

from difflib import get_close_matches


class TutorialError(Exception):
    """Everything that this package refuses; the command line prints it and exits with 2."""


class InputError(TutorialError, ValueError):
    """An argument that cannot be used: a wrong shape, a NaN, a negative time, no samples."""


class FieldError(TutorialError, ValueError):
    """A model or function that is not a scalar field on these inputs."""


class DataError(TutorialError, RuntimeError):
    """A shipped file, a checkpoint or a data set that is missing, damaged or not what it should be."""


class UnknownNameError(TutorialError, LookupError):
    """A figure, profile, checkpoint, recipe or benchmark that does not exist."""

    def __init__(self, kind: str, name: str, known):
        known = sorted(known)
        near = get_close_matches(name, known, n=3, cutoff=0.5)
        hint = (
            f"did you mean {' or '.join(near)}?"
            if near
            else f"known: {', '.join(known[:12])}{' …' * (len(known) > 12)}"
        )
        super().__init__(f"there is no {kind} {name!r}; {hint}")
