"""The suite holds the whole contract."""

from __future__ import annotations

import re
from pathlib import Path

ELSEWHERE = {
    "C57": "a local rate limit is an EnvoyFilter, which only a Kubernetes cluster takes",
    "C59": "asks with kubectl from inside a pod, not over HTTP",
    "C60": "asks the Kubernetes API, not the services",
}
LINES = {f"C{number:02}" for number in range(1, 64)}


def test_every_line_of_the_contract_is_a_test() -> None:
    """Each line is the beginning of some test's docstring here, but for those that are no matter of HTTP."""
    promises = re.findall(r'"""((?:C\d\d(?:, )?)+):', "".join(path.read_text() for path in _tests()))
    held = {line for promise in promises for line in promise.split(", ")}

    assert LINES - set(ELSEWHERE) == held


def _tests() -> list[Path]:
    return sorted(Path(__file__).parent.rglob("test_*.py"))
