import json
import shutil
import sys

import pytest

from xai_tutorial import cli, data
from xai_tutorial.figures import built


@pytest.fixture
def run(capsys, monkeypatch):
    """The command line in this process: exit code, what it printed, what it complained."""

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["xai-tutorial", *map(str, words)])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        printed = capsys.readouterr()
        return stopped.value.code, printed.out, printed.err

    return call


def test_list(run):
    code, out, _ = run("list", "--json")
    rows = json.loads(out)
    assert code == 0
    assert len(rows) == 44
    assert [row["id"] for row in rows if row["state"] == "built"] == list(built())
    assert {"UTKFace"} == set(next(row for row in rows if row["id"] == "heatflow/fig7")["brings"])
    assert f"{len(built())} of 44 built" in run("list")[1]


def test_reproduce_and_report(run, tmp_path):
    code, out, _ = run("reproduce", "heatflow/table1", "--profile", "smoke", "--out", tmp_path, "--json")
    assert code == 0
    assert json.loads(out)[0]["figure"] == "heatflow/table1"
    assert (tmp_path / "report.html").is_file()


def test_doctor(run):
    code, out, _ = run("doctor", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["data_whole"]
    assert found["runs"] == list(built())
    assert "figures that would run" in run("doctor")[1]


def test_data(run):
    assert all(row["whole"] for row in json.loads(run("data", "verify", "--json")[1]))
    assert "ImageNet" in json.loads(run("data", "where", "--json")[1])["brings"]
    assert "UTKFace: heatflow/fig4" in run("data", "where")[1]


def test_train_smoke(run, tmp_path):
    code, out, _ = run("train", "digits_relu", "--smoke", "--out", tmp_path)
    assert code == 0
    assert "test_accuracy" in out
    assert (tmp_path / "digits_relu.safetensors").is_file()


def test_refusals_are_one_sentence_and_exit_with_2(run, tmp_path, monkeypatch):
    blocked = tmp_path / "a file"
    blocked.write_text("")
    for words in (
        ("reproduce", "nothing/fig1"),
        ("reproduce", "heatflow/fig1a", "--profile", "huge"),
        ("reproduce", "heatflow/fig1a", "--out", blocked / "out"),
        ("reproduce", "heatflow/fig1a", "--device", "abacus"),
        ("reproduce", "mig/fig1"),
        ("train", "nothing"),
        ("train", "digits_relu", "--resume", "--out", tmp_path),
        ("bench", "nothing"),
        ("notebooks", "run", "--profile", "huge"),
        ("notebooks", "run", "--out", blocked / "out"),
    ):
        code, out, err = run(*words)
        assert code == 2, words
        assert out == ""
        assert err.startswith("xai-tutorial: ")
        assert err.count("\n") == 1
        assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == [blocked]


def test_damaged_data_is_told(run, tmp_path, monkeypatch):
    shutil.copytree(data.data_folder(), tmp_path / "data")
    monkeypatch.setenv("XAI_TUTORIAL_DATA", str(tmp_path / "data"))
    (tmp_path / "data/checkpoints/digits_smooth.safetensors").write_bytes(b"short")
    code, out, err = run("data", "verify")
    assert code == 2
    assert "DAMAGED  checkpoints/digits_smooth.safetensors" in out
    assert "5 bytes instead of" in err
    code, out, err = run("doctor", "--json")
    assert code == 2
    assert json.loads(out)["runs"] == []
