"""YAML is read as kubectl reads it, which is by sigs.k8s.io/yaml."""

from __future__ import annotations

import json
import re

import pytest

from platforms.istio.reading.documents import Unreadable
from tests.parity.yaml.sample import ANSWERS, ours, value

RECORDED = json.loads(ANSWERS.read_text(encoding="utf-8"))
# libyaml wants a blank after the colon where go-yaml does not, and go-yaml stops reading after what cannot be a key.
REFUSED_HERE = re.compile(r":\}$|^(\[\]|\{\}): 1$")


def said(found: object) -> str:
    """JSON, in which 1 is neither 1.5 nor true."""
    return json.dumps(found, sort_keys=True)


def test_there_are_answers() -> None:
    """The sample is not empty, and has both kinds of answers."""
    assert 2000 < sum(answer is not None for _, answer in RECORDED)
    assert any(answer is None for _, answer in RECORDED)


def test_every_text_is_read_as_kubectl_reads_it() -> None:
    """Value by value; what kubectl cannot read is refused."""
    different = []
    for text, answer in RECORDED:
        try:
            found = ours(text)
        except Unreadable as error:
            if answer is not None and not REFUSED_HERE.search(text):
                different.append((text, answer, str(error)))
        else:
            if answer is None or said(value(answer)) != said(found):
                different.append((text, answer, found))

    assert [] == different


@pytest.mark.parametrize(
    ("scalar", "meant"),
    [
        ("12:30", "12:30"),
        ("12:30:45", "12:30:45"),
        ("1:20.5", "1:20.5"),
        ("1e-1", 0.1),
        ("1e2", 100),
        ("1E1", 10),
        ("0.1e1", 1),
        ("090", 90),
        ("=", "="),
        ("y", True),
        ("n", False),
        ("1e3", 1000),
        ("3e0", 3),
        ("08", 8),
        ("0o10", 8),
        ("~", None),
        ("yes", True),
        ("010", 8),
        ("0x1f", 31),
        ("1_000", 1000),
        ("2026-08-27", "2026-08-27"),
    ],
)
def test_what_users_write(scalar: str, meant: object) -> None:
    """The values by which people were surprised."""
    found = ours(f"a: {scalar}")["a"]

    assert (type(meant), meant) == (type(found), found)
