import json
import re

import pytest

import xai_tutorial as xt
from xai_tutorial.figures import Built, Measured, registry, reproduce
from xai_tutorial.figures import run as run_module
from xai_tutorial.figures.report import write_report
from xai_tutorial.plotting import new_figure

QUICK = ["heatflow/fig1a", "heatflow/fig1b", "heatflow/table1"]  # `make smoke` makes them all


@pytest.fixture(scope="module")
def smoke(tmp_path_factory):
    out = tmp_path_factory.mktemp("out")
    records = reproduce(QUICK, profile="smoke", out=out)
    return out, records, write_report(out).read_text()


def test_a_figure_is_made_with_its_record_and_pictures(smoke):
    out, records, _ = smoke
    assert [record["figure"] for record in records] == QUICK
    for record in records:
        stem = out / record["figure"]
        assert stem.with_suffix(".png").read_bytes().startswith(b"\x89PNG")
        assert "<svg" in stem.with_suffix(".svg").read_text()[:1000]
        saved = json.loads(stem.with_suffix(".json").read_text())
        assert saved == record
        assert {"profile", "device", "seed", "seconds", "versions", "commit", "dirty", "data", "claims"} <= saved.keys()
        for claim in saved["claims"]:
            assert {"statement", "paper", "ours", "interval", "band", "verdict"} <= claim.keys()


def test_the_same_picture_twice(smoke, tmp_path):
    out, _, _ = smoke
    reproduce(["heatflow/fig1a"], profile="smoke", out=tmp_path)
    for suffix in (".png", ".svg"):
        name = f"heatflow/fig1a{suffix}"
        assert (tmp_path / name).read_bytes() == (out / name).read_bytes()


def test_the_printed_formula_is_reported_as_not_reproduced(smoke):
    claims = {claim["name"]: claim for claim in smoke[1][0]["claims"]}
    assert claims["appendix A.3"]["verdict"] == "not reproduced"
    assert claims["appendix A.3"]["ours"] == pytest.approx(6.912, abs=1e-3)


def test_the_report_stands_alone(smoke):
    _, records, page = smoke
    assert not re.search(r"(src|href)=[\"'](?!data:|#)", page)
    assert page.count("<img alt=") == len(records)
    assert all(id in page for id in registry())
    for record in records:
        for claim in record["claims"]:
            assert claim["verdict"] in page


def test_a_figure_must_measure_what_it_declares(monkeypatch, tmp_path):
    def forgetful(_):
        return Built(new_figure(1, 1), {"heat equation": Measured(0.0)}, alt="")

    monkeypatch.setattr(run_module, "built", lambda: {"heatflow/fig1a": forgetful})
    with pytest.raises(xt.TutorialError, match="declares the claims"):
        reproduce(None, profile="smoke", out=tmp_path)


def test_bad_requests(tmp_path):
    blocked = tmp_path / "a file"
    blocked.write_text("")
    with pytest.raises(xt.UnknownNameError, match="there is no profile 'huge'"):
        reproduce(None, profile="huge", out=tmp_path)
    with pytest.raises(xt.UnknownNameError, match="there is no figure"):
        reproduce(["heatflow/fig99"], profile="smoke", out=tmp_path)
    with pytest.raises(xt.InputError, match="not built yet: mig/fig1"):
        reproduce(["mig/fig1"], profile="smoke", out=tmp_path)
    with pytest.raises(xt.InputError, match="cannot be written to"):
        reproduce(None, profile="smoke", out=blocked / "out")
    with pytest.raises(xt.InputError, match="device 'abacus' cannot be used"):
        reproduce(None, profile="smoke", out=tmp_path, device="abacus")
    assert list(tmp_path.iterdir()) == [blocked]


def test_a_damaged_record_is_named(tmp_path):
    (tmp_path / "heatflow").mkdir()
    (tmp_path / "heatflow/fig1a.json").write_text("{")
    with pytest.raises(xt.DataError, match=r"fig1a.json is not a figure's record"):
        write_report(tmp_path)
