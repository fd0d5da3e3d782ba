"""`data/MANIFEST.toml`: every file that ships, with its source, licence, size and sha256.

Nothing is fetched at run time and nothing is used unseen: `read` hashes a file before it hands out its bytes.
"""

import hashlib
import json
import os
import tomllib
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from ..errors import DataError, UnknownNameError

PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Shipped:
    """One entry of the manifest; `path` is relative to the data folder."""

    path: str
    sha256: str
    size: int
    source: str
    licence: str
    recipe: str = ""


def _shipped_folder(name: str) -> Path:
    """Inside a wheel the folder travels in the package; in a checkout it stands beside it."""
    inside = PACKAGE / "_shipped" / name
    return inside if inside.is_dir() else PACKAGE.parent / name


def data_folder() -> Path:
    """The folder of `MANIFEST.toml`: `$XAI_TUTORIAL_DATA` if set, else the one that ships."""
    return Path(os.environ.get("XAI_TUTORIAL_DATA") or _shipped_folder("data"))


def notebooks_folder() -> Path:
    return _shipped_folder("notebooks")


def entries() -> dict[str, Shipped]:
    """The manifest's entries by path."""
    file = data_folder() / "MANIFEST.toml"
    if not file.is_file():
        raise DataError(f"{file} is missing: point XAI_TUTORIAL_DATA at the data folder, or reinstall the package")
    return _parse(file, file.stat().st_mtime_ns)


@cache
def _parse(file: Path, stamp: int) -> dict[str, Shipped]:
    try:
        return {entry["path"]: Shipped(**entry) for entry in tomllib.loads(file.read_text())["file"]}
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise DataError(f"{file} is not a manifest ({error}); restore it from the repository") from None


def find(path: str) -> Shipped:
    known = entries()
    if path not in known:
        raise UnknownNameError("shipped file", path, known)
    return known[path]


def read(path: str) -> bytes:
    """The bytes of a shipped file, after its size and sha256 have been compared with the manifest."""
    entry, file = find(path), data_folder() / path
    if not file.is_file():
        raise DataError(f"{file} is missing: restore it from the repository, or reinstall the package")
    content = file.read_bytes()
    if len(content) != entry.size:
        raise DataError(f"{file} has {len(content)} bytes instead of {entry.size}: restore it from the repository")
    digest = hashlib.sha256(content).hexdigest()
    if digest != entry.sha256:
        raise DataError(
            f"{file} has sha256 {digest[:12]}… instead of {entry.sha256[:12]}…: restore it from the repository"
        )
    return content


def verify() -> list[tuple[Shipped, str]]:
    """Every entry with '' if it is whole, or the sentence that says what is wrong with it."""
    found = []
    for entry in entries().values():
        try:
            read(entry.path)
            found.append((entry, ""))
        except DataError as error:
            found.append((entry, str(error)))
    return found


def record(path: str, *, source: str, licence: str, recipe: str = "") -> Shipped:
    """Write (or rewrite) a file's entry in the manifest from the file as it is now."""
    file, folder = data_folder() / path, data_folder()
    if not file.is_file():
        raise DataError(f"{file} is missing, so it cannot be recorded")
    content = file.read_bytes()
    entry = Shipped(path, hashlib.sha256(content).hexdigest(), len(content), source, licence, recipe)
    target = folder / "MANIFEST.toml"
    known = (entries() if target.is_file() else {}) | {path: entry}
    blocks = [_toml(known[name]) for name in sorted(known)]
    head = "# What ships: written by `xai_tutorial.data.record`, checked by `xai-tutorial data verify`.\n\n"
    target.write_text(head + "\n".join(blocks))
    return entry


def _toml(entry: Shipped) -> str:
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in asdict(entry).items() if value != ""]
    return "[[file]]\n" + "\n".join(lines) + "\n"
