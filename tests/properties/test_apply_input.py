"""`apply` answers any bytes with one line."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from platforms.__main__ import main
from platforms.bookinfo import ISTIO

RULE = (ISTIO / "canary.yaml").read_bytes()
TREES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.binary(max_size=4)
    | st.datetimes()
    | st.sampled_from(("reviews", "v1", "metadata", "spec", "name")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(("name", "namespace", "labels", "hosts", "http", "route", "spec", "destination", "host"))
            | st.text(max_size=4)
            | st.integers()
            | st.floats()
            | st.booleans()
            | st.none(),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@pytest.fixture(autouse=True, scope="module")
def no_demo(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What is accepted ends at the demo, which is not up."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BOOKINFO_RUN", str(tmp_path_factory.mktemp("run")))
        yield


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("input") / "input.yaml"


def said(file: Path, data: bytes) -> str:
    """The one line; anything else fails here."""
    file.write_bytes(data)
    errors = io.StringIO()
    with contextlib.redirect_stderr(errors):
        code = main(["apply", "--platform", "local", "-f", str(file)])
    line = errors.getvalue()

    assert code in (2, 3)
    assert line.startswith("platforms: ")
    assert line.endswith("\n")
    assert 1 == len(line.splitlines())
    assert len(line) < 3000
    return line


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
@example(b"? [a, b]\n: 1")
@example(b"a: " + b"1" * 5000)
@example(b"a: 0x" + b"f" * 5000)
@example(b"1" * 900 + b": a")
@example(b"[" * 100_000)
@example(b"- " * 100_000)
@example(b"a: &a [*a]")
@example(b"&a [&b [*a, *b]]")
@example(b'{"a": "\\ud800"}')
@example(b'"\\ud800": 1')
@example(b"a: !!int x\nb: !!binary ?")
@example(b"\x00")
@example(b"a: \x00")
@example(b"\xff\xfe\x00\xd8")
@example(b"\xef\xbb\xbf")
@example(b"a: " + b"b" * 3_000_000)
@example(b" " * 4_000_000)
@example(b"apiVersion: v1\nkind: " + b"K" * 1_000_000 + b"\nmetadata: {name: a}")
@example(RULE.replace(b"reviews", b"r" * 1_000_000))
@example(RULE.replace(b"name: reviews", b'name: "a\\nb\\x1b[31m\\u2028c"'))
def test_any_bytes(file: Path, data: bytes) -> None:
    """Whatever they are."""
    said(file, data)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_rule_with_damages(file: Path, data: st.DataObject) -> None:
    """Bytes put in, taken out and doubled in a rule that is right."""
    rule = bytearray(RULE)
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(rule)))
        end = start + data.draw(st.integers(0, 20))
        rule[start:end] = data.draw(
            st.binary(max_size=6)
            | st.sampled_from(
                (b"*x", b"&x ", b"<<: ", b"? ", b"{", b"[", b"!!int ", b": ", b"\n", b"null", b"\t", b"- ")
            )
            | st.just(bytes(rule[start:end]) * 2)
        )
    said(file, bytes(rule))


@settings(max_examples=150, deadline=None)
@given(TREES, TREES, st.sampled_from(("metadata", "spec", "status", "kind", "apiVersion", "extra")))
def test_any_tree(file: Path, tree: Any, more: Any, place: str) -> None:
    """An object whose parts are anything that YAML can say."""
    document = {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {"name": "a", "labels": more},
        "spec": tree,
        place: more,
    }
    said(file, yaml.safe_dump(document).encode("utf-8", "surrogatepass"))


@settings(max_examples=100, deadline=None)
@given(st.lists(TREES, max_size=3))
def test_any_json(file: Path, trees: list[Any]) -> None:
    """The same as a stream of JSON."""
    texts = [json.dumps({"spec": yaml.safe_load(yaml.safe_dump(tree))}, default=str, skipkeys=True) for tree in trees]
    said(file, "\n".join(texts).encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(
    "given", ["/dev/zero", "/dev/urandom", "/proc/self/mem", "/dev/null", "https://example.com/a.yaml"]
)
def test_what_is_no_file(given: str) -> None:
    """It is refused at once."""
    errors = io.StringIO()
    with contextlib.redirect_stderr(errors):
        assert 2 == main(["apply", "--platform", "local", "-f", given])

    assert errors.getvalue().startswith(f"platforms: {given}: ")
    assert 1 == len(errors.getvalue().splitlines())
