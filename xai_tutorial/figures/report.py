"""One HTML page with everything that was made: figures, claims, verdicts, corrections, manifest. No outside links."""

import base64
import html
import json
from pathlib import Path
from string import Template

from ..errors import DataError
from .claims import VERDICTS
from .corrections import CORRECTIONS
from .registry import registry
from .run import provenance

PAPERS = {
    "heatflow": "Interpreting Neural Networks through the Lens of Heat Flow",
    "neflag": "Negative Flux Aggregation to Estimate Feature Attributions",
    "tangent": "The Manifold Hypothesis for Gradient-Based Explanations",
    "mig": "Manifold Integrated Gradients",
    "samp": "Path Choice Matters (Salient Manipulation Path)",
}


def write_report(out: Path) -> Path:
    """`out/report.html` from the records in `out`, in the order of the registry."""
    records = {id: _record(out / f"{id}.json") for id in registry() if (out / f"{id}.json").is_file()}
    template = Template(Path(__file__).with_name("report.html").read_text())
    target = out / "report.html"
    page = template.substitute(
        summary=_summary(records),
        papers="".join(_paper(short, title, records, out) for short, title in PAPERS.items()),
        corrections=_corrections(),
        manifest=_manifest(records),
    )
    target.write_text(page)
    return target


def _record(file: Path) -> dict:
    try:
        return json.loads(file.read_text())
    except ValueError:
        raise DataError(f"{file} is not a figure's record: remove it, or make the figure again") from None


def _summary(records: dict[str, dict]) -> str:
    verdicts = [claim["verdict"] for record in records.values() for claim in record["claims"]]
    now = provenance()
    tree = "" if now["commit"] is None else f", commit {now['commit'][:10]}{' with uncommitted changes' * now['dirty']}"
    versions = ", ".join(f"{name} {number}" for name, number in now["versions"].items())
    chips = " ".join(f"{_chip(verdict)} {verdicts.count(verdict)}" for verdict in VERDICTS)
    profiles = ", ".join(sorted({record["profile"] for record in records.values()})) or "none"
    seconds = sum(record["seconds"] for record in records.values())
    smoke = any(record["profile"] == "smoke" for record in records.values())
    warning = "<p><b>Smoke run:</b> it proves that everything runs; its verdicts mean nothing.</p>" if smoke else ""
    return (
        f"{warning}<p>{len(records)} of {len(registry())} figures and tables, {len(verdicts)} claims: {chips}</p>"
        f"<p>Profile: {profiles}. {seconds:.0f} s on {now['platform']}, {now['threads']} threads; {versions}{tree}.</p>"
    )


def _paper(short: str, title: str, records: dict[str, dict], out: Path) -> str:
    mine = [entry for entry in registry().values() if entry.id.startswith(f"{short}/")]
    made = "".join(_figure(records[entry.id], out) for entry in mine if entry.id in records)
    missing = "".join(f"<li><code>{e.id}</code> {_text(e.title)}</li>" for e in mine if e.id not in records)
    rest = f"<details><summary>Not made in this run</summary><ul>{missing}</ul></details>" if missing else ""
    return f'<section id="{short}"><h2>{_text(title)}</h2>{made}{rest}</section>'


def _figure(record: dict, out: Path) -> str:
    id = record["figure"]
    picture = base64.b64encode((out / f"{id}.png").read_bytes()).decode()
    notes = "".join(f"<li>{_text(note)}</li>" for note in record["notes"])
    return (
        f'<article id="{id}"><h3>{_text(record["title"])} <code>{id}</code></h3>'
        f'<a href="#{id}"><img alt="{_text(record["alt"])}" src="data:image/png;base64,{picture}"></a>'
        f"{_claims(record['claims'])}<ul>{notes}</ul></article>"
    )


def _claims(claims: list[dict]) -> str:
    rows = []
    for claim in claims:
        ours, (low, high) = claim["ours"], claim["interval"]
        shown = _number(ours) if low == high else f"{_number(ours)} [{_number(low)}, {_number(high)}]"
        rows.append(
            [
                _chip(claim["verdict"]),
                f"{_text(claim['statement'])}<br><small>Band: {_text(claim['reason'])}.</small>",
                "" if claim["paper"] is None else _number(claim["paper"]),
                shown,
                f"{_number(claim['band'][0])} to {_number(claim['band'][1])}",
            ]
        )
    return _table(["verdict", "claim", "paper", "ours", "band"], rows)


def _corrections() -> str:
    rows = []
    for correction in CORRECTIONS:
        shown = correction.demonstrate()
        rows.append(
            [
                f"<code>{correction.id}</code><br>{_text(correction.where)}",
                f"{_text(correction.printed)}<br><b>{_text(correction.holds)}</b><br><small>{_text(shown.quantity)}</small>",
                f"{shown.printed:.6f}",
                f"{shown.holds:.6f}",
                f"{shown.truth:.6f}",
            ]
        )
    return _table(["where", "what is printed, and <b>what holds</b>", "printed", "ours", "truth"], rows)


def _manifest(records: dict[str, dict]) -> str:
    rows = [
        [
            f"<code>{id}</code>",
            record["profile"],
            f"{record['device']}, {record['threads']} threads",
            f"{record['seconds']:.1f} s",
            f"{(record['commit'] or 'no checkout')[:10]}{' (changed)' if record['dirty'] else ''}",
            "<br>".join(f"{_text(path)} <small>{digest[:12]}</small>" for path, digest in record["data"].items())
            or "none",
        ]
        for id, record in records.items()
    ]
    return _table(["figure", "profile", "device", "time", "commit", "data and checkpoints"], rows)


def _table(head: list[str], rows: list[list[str]]) -> str:
    top = "".join(f"<th>{cell}</th>" for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def _chip(verdict: str) -> str:
    return f'<span class="chip {verdict.replace(" ", "-")}">{verdict}</span>'


def _number(value: float) -> str:
    return f"{value:.4g}" if abs(value - 1) > 0.01 else f"{value:.7g}"


def _text(words: str) -> str:
    return html.escape(words)
