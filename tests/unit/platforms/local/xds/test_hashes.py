"""The hashes that a supervisor tells, and when a command takes them as they are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from platforms.bookinfo import BOOKINFO, baseline
from platforms.boundary import State
from platforms.local.xds import hashes
from tests.golden.validation import topology

STATE = State(baseline())
TOLD = {"reviews-v1": {"cds": "0123456789ab"}}


def test_told_with_the_same_code() -> None:
    """Nothing is worked out twice: the word of a supervisor with this code is taken."""
    assert TOLD == hashes.told(hashes.document(TOLD), STATE, BOOKINFO, topology())


@pytest.mark.parametrize("found", [None, {"hashes": TOLD}, {**hashes.document(TOLD), "code": "0123456789ab"}])
def test_told_with_other_code(found: object) -> None:
    """An older supervisor tells nothing, another one what other code makes of it: then the hashes are made here."""
    made = hashes.told(found, STATE, BOOKINFO, topology())

    assert {proxy.name for proxy in BOOKINFO.proxies} == made.keys()
    assert {"lds", "cds", "rds 9080"} == made["reviews-v1"].keys()


def test_a_stopped_workload_is_in_no_cluster() -> None:
    """What should be served depends on what should run."""
    without = hashes.told(None, replace(STATE, stopped=frozenset({"ratings-v1"})), BOOKINFO, topology())
    whole = hashes.told(None, STATE, BOOKINFO, topology())

    assert {"cds"} == {name for name, hashed in whole["reviews-v1"].items() if without["reviews-v1"][name] != hashed}
