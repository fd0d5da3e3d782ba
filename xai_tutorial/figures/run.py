"""Make figures: `OUT/ID.png`, `OUT/ID.svg` and `OUT/ID.json` with its claims, verdicts and manifest."""

import json
import os
import platform
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import torch
from matplotlib.figure import Figure

from .. import data, plotting
from ..errors import InputError, TutorialError, UnknownNameError
from .claims import Measured, judge
from .registry import PROFILES, Setting, built, entry


@dataclass(frozen=True)
class Built:
    """What a builder returns: the picture, what was measured for each claim by name, and how to read it."""

    figure: Figure
    measured: dict[str, Measured]
    alt: str
    notes: list[str] = field(default_factory=list)
    data: list[str] = field(default_factory=list)  # the shipped files that were used, checkpoints among them


def reproduce(
    ids: list[str] | None,
    *,
    profile: str,
    out: Path,
    device: str = "cpu",
    say: Callable[[str], None] = lambda line: None,
) -> list[dict]:
    """Make the named figures (all that are built, if none is named) and return their records."""
    if profile not in PROFILES:
        raise UnknownNameError("profile", profile, PROFILES)
    builders = built()
    wanted = [entry(id).id for id in ids] if ids else list(builders)
    unbuilt = [id for id in wanted if id not in builders]
    if unbuilt:
        raise InputError(f"not built yet: {', '.join(unbuilt)}; `xai-tutorial list` shows what is")
    check_writable(out)
    setting = Setting(profile, _device(device))
    return [_make(id, builders[id], setting, out, say) for id in wanted]


def check_writable(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        probe = out / f".writable-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise InputError(f"{out} cannot be written to ({error.strerror}): choose another --out") from None


def _device(name: str) -> torch.device:
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        raise InputError(f"the device {name!r} cannot be used here: {str(error).splitlines()[0]}") from None
    return device


def _make(id: str, builder: Callable, setting: Setting, out: Path, say: Callable[[str], None]) -> dict:
    began = time.perf_counter()
    result = builder(setting)
    seconds = round(time.perf_counter() - began, 2)
    declared = {claim.name: claim for claim in entry(id).claims}
    if declared.keys() != result.measured.keys():
        raise TutorialError(f"{id} declares the claims {sorted(declared)} but measured {sorted(result.measured)}")
    claims = [judge(claim, result.measured[name]) for name, claim in declared.items()]
    record = {
        "figure": id,
        "title": entry(id).title,
        "profile": setting.profile,
        "device": str(setting.device),
        "claims": claims,
        "notes": result.notes,
        "alt": result.alt,
        "seconds": seconds,
        "seed": setting.seed,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        **provenance(),
        "data": {path: data.find(path).sha256 for path in result.data},
    }
    target = out / id
    target.parent.mkdir(parents=True, exist_ok=True)
    plotting.save(result.figure, target.with_suffix(".png"))
    plotting.save(result.figure, target.with_suffix(".svg"))
    target.with_suffix(".json").write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n")
    counts = [claim["verdict"] for claim in claims]
    say(f"{id}  {seconds:.1f} s  " + ", ".join(f"{counts.count(v)} {v}" for v in dict.fromkeys(counts)))
    return record


def provenance() -> dict:
    """The machine, the versions and the commit, so that a picture can be traced."""
    packages = ("xai_tutorial", "torch", "numpy", "matplotlib")
    return {
        "threads": torch.get_num_threads(),
        "platform": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "versions": {name: version(name) for name in packages},
        **_commit(),
    }


def _commit() -> dict:
    """The commit of the checkout that the package runs from, and whether it has changes; None outside of one."""
    here = data.manifest.PACKAGE.parent
    if not (here / ".git").exists():
        return {"commit": None, "dirty": None}

    def git(*words: str) -> str:
        return subprocess.run(["git", "-C", str(here), *words], capture_output=True, text=True).stdout.strip()

    return {"commit": git("rev-parse", "HEAD") or None, "dirty": bool(git("status", "--porcelain"))}
