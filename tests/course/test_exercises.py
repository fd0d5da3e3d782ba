import math

import nbformat
import pytest
import torch

import xai_tutorial as xt
from xai_tutorial.course import check, exercises, passes
from xai_tutorial.course.execute import chapters
from xai_tutorial.course.exercises import exercises as all_exercises


def test_every_exercise_is_asked_once_blank_and_once_solved():
    for tag in ("exercise", "solution"):
        asked = []
        for chapter in chapters():
            for cell in nbformat.read(chapter, as_version=4).cells:
                if tag in cell.metadata.get("tags", []):
                    asked += [part.split('"')[1] for part in cell.source.split("check(")[1:]]
        assert sorted(asked) == sorted(all_exercises())


def test_a_blank_fails_and_is_given_a_hint(capsys):
    for number in all_exercises():
        for blank in (None, ..., lambda *_: ..., lambda *_: None):
            check(number, blank)
            assert not passes(number, blank)
            assert "Hint: " in capsys.readouterr().out


def test_hints_come_one_after_the_other(capsys, monkeypatch):
    monkeypatch.setattr(exercises, "_tries", {})
    for _ in range(3):
        check("5.3", None)
    hints = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Hint")]
    assert len(set(hints)) == 3


def test_code_that_stops_is_told(capsys):
    check("5.1", lambda t: 1 / 0)
    assert "ZeroDivisionError: division by zero" in capsys.readouterr().out


def test_unknown_exercise():
    with pytest.raises(xt.UnknownNameError, match=r"did you mean 5\.1"):
        check("5.1.1", 3)


def plain_stein(gradient, x, T, sign=1, factor=None):
    t, noise = T * torch.rand(4000, 1, dtype=x.dtype), torch.randn(4000, len(x), dtype=x.dtype)
    step = (2 * t).sqrt()
    difference = gradient(x + step * noise) - gradient(x - step * noise)
    return sign * (T if factor is None else factor) * (noise * difference / (2 * step)).mean(0)


def midpoint(gradient, x, baseline):
    s = ((torch.arange(200, dtype=x.dtype) + 0.5) / 200)[:, None]
    return gradient(baseline + s * (x - baseline)).mean(0)


def phi(x):
    return 0.5 * (1 + math.erf(x / math.sqrt(2)))


def gaussian(x, mu, w):
    return math.exp(-((x - mu) ** 2) / (2 * w)) / math.sqrt(2 * math.pi * w)


WRONG = [
    ("0.1", lambda a: a.total - a.values.flatten(1).sum(1), "other way round"),
    ("0.1", lambda a: a.values.sum() - a.total.sum(), "one gap for each"),
    ("0.1", lambda a: a.values.flatten(1).sum(1), "gaps are"),
    ("0.2", "falls", "need not move together"),
    ("0.2", "up", "one of the words"),
    ("0.3", 1024, "samples=1024"),
    ("2.1", (2 / 3, 1 / 3), "straight line"),
    ("2.1", (1.0, 0.0), "other corner"),
    ("2.1", (1.0, 1.0), "add up"),
    ("2.1", (0.5, 0.5), "not the shares"),
    ("2.1", 1.0, "pair"),
    ("2.2", {"2 x1 - x2"}, "one more"),
    ("2.2", {"2 x1 - x2", "x1 x2"}, "mixed derivative"),
    ("2.2", "f", "not among"),
    ("2.3", lambda g, x, b: midpoint(g, x, b), "multiplied by"),
    ("2.3", lambda g, x, b: (b - x) * midpoint(g, x, b), "sign"),
    ("2.3", lambda g, x, b: (x - b) * g(x[None])[0], "misses"),
    ("2.3", lambda g, x, b: g(x[None])[0].sum(), "one number for each"),
    ("2.4", lambda t: 1.0, "does not"),
    ("2.4", lambda t: math.pi * t, "sums to"),
    ("2.5", lambda eg: eg, "paper says"),
    ("2.5", lambda eg: 2 * eg, "simpler"),
    ("5.1", lambda t: t, "generator"),
    ("5.1", lambda t: math.sqrt(2 * t), "standard deviation"),
    ("5.1", lambda t: 4 * t, "variance is"),
    ("5.1", 3, "asks for a function"),
    ("5.2", lambda x, mu, v, t: -gaussian(mu, mu, v + 2 * t) / (v + 2 * t), "as printed"),
    (
        "5.2",
        lambda x, mu, v, t: -gaussian(x, mu, v + 2 * t) * ((x - mu) ** 2 / (v + 2 * t) ** 2 - 1 / (v + 2 * t)),
        "peak a Gaussian bends",
    ),
    ("5.2", lambda x, mu, v, t: gaussian(x, mu, v + t) * ((x - mu) ** 2 / (v + t) ** 2 - 1 / (v + t)), "you return"),
    ("5.3", lambda g, x, T: plain_stein(g, x, T, factor=1.0), "1/T"),
    ("5.3", lambda g, x, T: plain_stein(g, x, T, sign=-1), "sign"),
    ("5.3", lambda g, x, T: plain_stein(g, x, T).sum(), "one number for each"),
    ("5.3", lambda g, x, T: 2 * plain_stein(g, x, T), "relative error"),
    ("5.4", 24, "Fewer"),
    ("5.4", 6, "leave an error"),
    ("5.4", 12.0, "whole number"),
    ("5.5", lambda s: s**2, "generator"),
    ("5.5", lambda s: s, "it is t ="),
    ("5.6", lambda x: -phi(x), "integrable"),
    ("5.6", lambda x: 0.0, "limit is"),
    ("5.7", {"2 x1 - x2"}, "one more"),
    ("5.7", {"2 x1 - x2", "exp(x1 + x2)"}, "act together"),
    ("5.7", "x1", "not among"),
]


@pytest.mark.parametrize(("number", "answer", "says"), WRONG)
def test_wrong_answers_fail_for_their_reason(number, answer, says, capsys):
    assert not passes(number, answer)
    check(number, answer)
    assert says in capsys.readouterr().out


def test_checking_leaves_the_random_state_alone():
    state = torch.random.get_rng_state()
    assert passes("5.3", plain_stein)
    assert torch.equal(state, torch.random.get_rng_state())
