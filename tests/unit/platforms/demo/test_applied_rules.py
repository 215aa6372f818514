"""What was applied last is known to the next command, with its age."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from platforms.bookinfo import ISTIO, load
from platforms.demo.applied_rules import AppliedRules
from platforms.istio.resources import NOW


def test_what_is_written_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """New objects get the age of this moment; one that is older keeps its own."""
    monkeypatch.setenv("BOOKINFO_RUN", str(tmp_path / "run"))
    record = AppliedRules.of("local")
    assert not record.read().resources

    rules = load(ISTIO / "canary.yaml")
    assert {NOW} == {one.created for one in rules}
    before = int(time.time())
    record.write(rules)
    first = record.read()
    record.write(first.overlaid(load(ISTIO / "canary.yaml")))

    assert rules == first == record.read()
    assert all(before <= one.created <= time.time() for one in first)
    assert [one.created for one in first] == [one.created for one in record.read()]
    record.remove()
    record.remove()
    assert not record.read().resources
