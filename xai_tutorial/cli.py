"""The command line: `xai-tutorial COMMAND`. Every refusal is one sentence on standard error and exit code 2."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from .errors import TutorialError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
data_app = typer.Typer(no_args_is_help=True, help="The files that ship, and where to put those that cannot.")
notebooks_app = typer.Typer(no_args_is_help=True, help="The course.")
app.add_typer(data_app, name="data")
app.add_typer(notebooks_app, name="notebooks")

Json = Annotated[bool, typer.Option("--json", help="For a machine to read.")]
Out = Annotated[Path, typer.Option(help="The folder to write to.")]


def main() -> None:
    try:
        app()
    except TutorialError as error:
        print(f"xai-tutorial: {error}", file=sys.stderr)
        raise SystemExit(2) from None


@app.command("list")
def list_(as_json: Json = False) -> None:
    """Every figure and table with its state and needs."""
    from .figures import built, registry

    exists = built()
    rows = [
        {
            "id": entry.id,
            "title": entry.title,
            "state": "built" if entry.id in exists else "not built yet",
            "data": entry.data,
            "brings": list(entry.brings),
            "claims": len(entry.claims),
        }
        for entry in registry().values()
    ]
    if as_json:
        _print_json(rows)
        return
    for row in rows:
        brings = f"  (needs {', '.join(row['brings'])})" if row["brings"] else ""
        print(f"{row['id']:18} {row['state']:14} {row['title']}{brings}")
    print(f"{len(exists)} of {len(rows)} built")


@app.command()
def reproduce(
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="None: everything that is built.")] = None,
    profile: Annotated[str, typer.Option(help="smoke, laptop or paper.")] = "laptop",
    out: Out = Path("out"),
    device: Annotated[str, typer.Option(help="cpu, cuda or cuda:N.")] = "cpu",
    as_json: Json = False,
) -> None:
    """Make figures and tables: OUT/ID.png, .svg, .json, and OUT/report.html."""
    from .figures import reproduce
    from .figures.report import write_report

    records = reproduce(ids, profile=profile, out=out, device=device, say=_quiet if as_json else print)
    report = write_report(out)
    if as_json:
        _print_json(records)
    else:
        print(f"report: {report}")


@app.command()
def train(
    name: Annotated[str, typer.Argument(help="A recipe.")],
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an interrupted run.")] = False,
    smoke: Annotated[bool, typer.Option("--smoke", help="A few steps, to prove that it runs.")] = False,
    out: Out = Path("runs"),
    device: Annotated[str, typer.Option(help="cpu, cuda or cuda:N.")] = "cpu",
) -> None:
    """Make a checkpoint by its recipe; it can be interrupted at any moment and resumed."""
    from .models import checkpoint_info, recipe, train

    file = train(recipe(name, smoke=smoke), out, resume=resume, device=device, progress=sys.stderr.isatty())
    print(f"{file}: " + ", ".join(f"{key} {value:.4f}" for key, value in checkpoint_info(file).reached.items()))


@data_app.command("verify")
def data_verify(as_json: Json = False) -> None:
    """Compare every shipped file with its hash."""
    from .data import verify

    found = [{"path": entry.path, "whole": not sentence, "problem": sentence} for entry, sentence in verify()]
    if as_json:
        _print_json(found)
    else:
        for row in found:
            print(f"{'whole' if row['whole'] else 'DAMAGED':8} {row['path']}")
    if damaged := [row["problem"] for row in found if not row["whole"]]:
        raise TutorialError("; ".join(damaged))


@data_app.command("where")
def data_where(as_json: Json = False) -> None:
    """The data folder, and the data sets that cannot ship with the figures that need them."""
    from .data import data_folder
    from .figures import registry

    needs: dict[str, list[str]] = {}
    for entry in registry().values():
        for name in entry.brings:
            needs.setdefault(name, []).append(entry.id)
    if as_json:
        _print_json({"data": str(data_folder()), "brings": needs})
        return
    print(f"what ships: {data_folder()}  (set XAI_TUTORIAL_DATA to use another folder)")
    print("what cannot ship, and the figures that use it; their loaders come with these figures:")
    for name, ids in needs.items():
        print(f"  {name}: {', '.join(ids)}")


@notebooks_app.command("run")
def notebooks_run(
    profile: Annotated[str, typer.Option(help="smoke or laptop.")] = "laptop",
    out: Out = Path("out/notebooks"),
) -> None:
    """Execute the course with papermill into OUT, leaving the notebooks as they are."""
    from .course.execute import execute

    for file, seconds in execute(profile, out):
        print(f"{file}  {seconds:.1f} s")


@app.command()
def bench(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="None: all.")] = None,
    as_json: Json = False,
) -> None:
    """Ratios against peers, measured side by side in one run."""
    from .benchmarks import run

    rows = run(names, say=_quiet if as_json else print)
    if as_json:
        _print_json(rows)


@app.command()
def lab(
    folder: Annotated[Path, typer.Option(help="Where the notebooks are put when the package is installed.")] = Path(
        "xai_tutorial_course"
    ),
    browser: Annotated[bool, typer.Option(help="Open a browser.")] = True,
) -> None:
    """JupyterLab at the first notebook, on this machine's own address, with its token."""
    from .course.execute import start_lab

    raise SystemExit(start_lab(folder, browser=browser))


@app.command()
def doctor(as_json: Json = False) -> None:
    """What this machine has and what would run."""
    from .doctor import examine

    found = examine()
    if as_json:
        _print_json(found)
    else:
        _print_doctor(found)
    if found["problems"]:
        raise TutorialError("; ".join(found["problems"]))


def _print_doctor(found: dict) -> None:
    print(f"Python {found['python']} on {found['platform']}: {found['cores']} cores, {found['memory_gb']} GB")
    print(f"GPU: {found['cuda'] or 'none; everything runs on the CPU'}")
    for name, number in found["packages"].items():
        print(f"  {name:12} {number or 'not installed'}")
    print(f"data: {'whole' if found['data_whole'] else 'DAMAGED'}, {found['data']}")
    print(f"browser tests: {'would run' if found['browser_tests'] else 'need Chromium and the dev extra'}")
    print(f"figures that would run: {', '.join(found['runs']) or 'none'}; {found['not_built']} are not built yet")


def _print_json(thing) -> None:
    print(json.dumps(thing, indent=2, ensure_ascii=False))


def _quiet(line: str) -> None:
    """Say nothing."""
