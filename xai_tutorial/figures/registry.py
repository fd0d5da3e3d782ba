"""The register of all figures and tables: what `registry.toml` says of each, and the function that makes it."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

import torch

from ..errors import UnknownNameError
from .claims import Claim

PROFILES = ("smoke", "laptop", "paper")
ROOMS = ("heatflow", "samp")  # the modules of this folder that build figures, one a paper


@dataclass(frozen=True)
class Setting:
    """How figures are to be made: every builder takes one."""

    profile: str
    device: torch.device
    seed: int = 0

    @property
    def smoke(self) -> bool:
        return self.profile == "smoke"

    def generator(self) -> torch.Generator:
        """On the CPU whatever the device, so that every machine draws the same numbers."""
        return torch.Generator(device="cpu").manual_seed(self.seed)


_builders: dict[str, Callable] = {}


@dataclass(frozen=True)
class Entry:
    id: str
    title: str
    shows: str
    data: str  # what the paper used
    brings: tuple[str, ...]  # data sets that cannot ship, so that a user must bring them
    claims: tuple[Claim, ...]


@cache
def registry() -> dict[str, Entry]:
    """All entries in the order of the papers."""
    papers = tomllib.loads(Path(__file__).with_name("registry.toml").read_text())
    entries = [_entry(paper, name, table) for paper, tables in papers.items() for name, table in tables.items()]
    return {entry.id: entry for entry in entries}


def entry(id: str) -> Entry:
    if id not in registry():
        raise UnknownNameError("figure or table", id, registry())
    return registry()[id]


def figure(id: str) -> Callable:
    """Decorator: the function builds this figure. It takes a `Setting` and returns a `Built`."""
    entry(id)

    def register(builder: Callable) -> Callable:
        _builders[id] = builder
        return builder

    return register


def built() -> dict[str, Callable]:
    """The builders of the figures that exist, in the order of the registry."""
    for room in ROOMS:
        import_module(f".{room}", __package__)
    return {id: _builders[id] for id in registry() if id in _builders}


def _entry(paper: str, name: str, table: dict) -> Entry:
    claims = tuple(Claim(**{**claim, "band": tuple(claim["band"])}) for claim in table.get("claims", []))
    return Entry(
        f"{paper}/{name}", table["title"], table["shows"], table["data"], tuple(table.get("brings", ())), claims
    )
