"""Files and folders are taken as kubectl takes them."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from platforms.bookinfo import load
from platforms.errors import UsageError
from platforms.istio.reading import files


def document(name: str) -> str:
    return f"apiVersion: v1\nkind: Any\nmetadata: {{name: {name}}}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the three kinds of files that are read, and others."""
    (tmp_path / "a.yaml").write_text(document("a"))
    (tmp_path / "b.yml").write_text(document("b"))
    (tmp_path / "c.json").write_text('{"apiVersion": "v1", "kind": "Any", "metadata": {"name": "c"}}')
    (tmp_path / "README.md").write_text("not an object")
    (tmp_path / "d.YAML").write_text("not: [an object")
    (tmp_path / "more.yaml").mkdir()
    return tmp_path


def test_a_folder(folder: Path) -> None:
    """Files with kubectl's three endings are read, and it is said what is not."""
    assert ["a", "b", "c"] == [one.name for one in load(folder)]
    assert f"{folder}: read 3 files: a.yaml, b.yml, c.json; not read: README.md, d.YAML, more.yaml/" == files.told(
        str(folder)
    )


def test_a_folder_of_which_everything_is_read(tmp_path: Path) -> None:
    """Nothing is said to be left out."""
    (tmp_path / "only.yml").write_text(document("a"))

    assert f"{tmp_path}: read 1 file: only.yml" == files.told(str(tmp_path))
    assert "" == files.told(str(tmp_path / "only.yml"))


@pytest.mark.parametrize(("name", "there"), [("x.txt", "; there are x.txt"), (None, ", which is empty")])
def test_a_folder_of_which_nothing_is_read(tmp_path: Path, name: str | None, there: str) -> None:
    """The error names the endings, and what is there."""
    if name:
        (tmp_path / name).touch()
    with pytest.raises(UsageError) as raised:
        load(tmp_path)

    assert f"{tmp_path}: no file to read: of a folder, only *.json, *.yaml, *.yml are read{there}" == str(raised.value)


def test_any_file_that_is_named_is_read(tmp_path: Path) -> None:
    """Whatever its name ends in."""
    (tmp_path / "x.txt").write_text(document("a"))

    assert ["a"] == [one.name for one in load(tmp_path / "x.txt")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    """A byte order mark says which."""
    (tmp_path / "x.yaml").write_text(document("a"), encoding=encoding)

    assert ["a"] == [one.name for one in load(tmp_path / "x.yaml")]


@pytest.mark.parametrize("data", [b"\xff", b"a: \xe9", b"\xff\xfea"])
def test_what_is_no_text(tmp_path: Path, data: bytes) -> None:
    """It is said so."""
    (tmp_path / "x.yaml").write_bytes(data)

    with pytest.raises(UsageError, match=r"x\.yaml: not valid UTF-8"):
        load(tmp_path / "x.yaml")


def test_too_much_is_not_read(tmp_path: Path) -> None:
    """A file without end, and several that are too much together, are refused before they are parsed."""
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_bytes(b"[" + b" " * (files.MOST_BYTES - 1))

    with pytest.raises(UsageError, match=r"^/dev/zero: larger than 3 MB, which a cluster does not accept$"):
        list(files.texts(["/dev/zero"]))
    with pytest.raises(UsageError, match=r"b\.yaml: with the files before it, larger than 3 MB: apply fewer at once$"):
        list(files.texts([tmp_path]))


def test_a_pipe_is_read(tmp_path: Path) -> None:
    """One like that of the shell's `<(command)`, with a writer that is slow."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_text(document("a")))
    writer.start()
    try:
        assert ["a"] == [one.name for one in load(pipe)]
    finally:
        writer.join()


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ("no/such.yaml", "no/such.yaml: cannot be read: No such file or directory"),
        ("a\0b", "cannot be read: embedded null"),
        ("x" * 5000, "cannot be read: File name too long"),
    ],
)
def test_what_cannot_be_read(given: str, complaint: str) -> None:
    """It is shown as it was given."""
    with pytest.raises(UsageError, match=complaint):
        list(files.texts([given]))
