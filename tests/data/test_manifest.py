import gzip
import shutil

import pytest

import xai_tutorial as xt
from xai_tutorial import data


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A copy of what ships, to damage."""
    shutil.copytree(data.data_folder(), tmp_path / "data")
    monkeypatch.setenv("XAI_TUTORIAL_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


LABELS = "mnist/t10k-labels-idx1-ubyte.gz"


def test_everything_that_ships_is_whole_and_described():
    assert all(sentence == "" for _, sentence in data.verify())
    for entry in data.entries().values():
        assert entry.source
        assert entry.licence
        assert len(entry.sha256) == 64


def test_every_data_file_is_in_the_manifest():
    files = {str(f.relative_to(data.data_folder())) for f in data.data_folder().rglob("*") if f.is_file()}
    assert files - {"MANIFEST.toml", "README.md"} == set(data.entries())


def test_a_changed_byte_is_found(folder):
    content = bytearray((folder / LABELS).read_bytes())
    content[100] ^= 1
    (folder / LABELS).write_bytes(bytes(content))
    with pytest.raises(xt.DataError, match="sha256"):
        xt.mnist("test")
    assert [entry.path for entry, sentence in data.verify() if sentence] == [LABELS]


def test_a_truncated_file_is_found(folder):
    content = (folder / LABELS).read_bytes()
    (folder / LABELS).write_bytes(content[:1000])
    with pytest.raises(xt.DataError, match=f"1000 bytes instead of {len(content)}"):
        xt.mnist("test")


def test_a_missing_file_is_found(folder):
    (folder / LABELS).unlink()
    with pytest.raises(xt.DataError, match="is missing: restore it"):
        xt.mnist("test")


def test_a_missing_or_broken_manifest_is_found(folder):
    (folder / "MANIFEST.toml").write_text("file = 3")
    with pytest.raises(xt.DataError, match="not a manifest"):
        xt.mnist("test")
    (folder / "MANIFEST.toml").unlink()
    with pytest.raises(xt.DataError, match="XAI_TUTORIAL_DATA"):
        xt.mnist("test")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"not gzip at all", "gzip"),
        (gzip.compress(bytes([0, 0, 8, 3]) + bytes(12)), "1-dimensional"),
        (gzip.compress(bytes([0, 0, 8, 1, 0, 0, 0, 9]) + bytes(5)), "holds 5 bytes but announces"),
    ],
)
def test_a_file_that_is_recorded_but_no_idx_is_found(folder, content, says):
    (folder / LABELS).write_bytes(content)
    data.record(LABELS, source="a test", licence="none")
    with pytest.raises(xt.DataError, match=says):
        xt.mnist("test")


def test_recording_keeps_the_other_entries(folder):
    before = data.entries()
    (folder / "new.bin").write_bytes(b"abc")
    entry = data.record("new.bin", source='a "quoted" source', licence="MIT", recipe="none")
    assert data.entries() == before | {"new.bin": entry}
    assert data.read("new.bin") == b"abc"
    with pytest.raises(xt.DataError, match="missing"):
        data.record("absent.bin", source="x", licence="y")


def test_an_unknown_file_is_refused():
    with pytest.raises(xt.UnknownNameError, match="did you mean"):
        data.read("mnist/t10k-labels-idx1-ubyte")
