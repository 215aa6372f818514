"""A fault, its outcome, and whether that is what was promised."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from tests.commands import Ended


@dataclass
class Outcome:
    """The outcome of a fault."""

    said: str = ""
    """What the person saw, word for word."""
    codes: list[int] = field(default_factory=list)
    """The exit codes of what was typed."""
    left: str = ""
    """How the mesh was left, as its proxies tell."""
    seconds: float = 0.0
    """How long the slowest of them took."""
    wrong: list[str] = field(default_factory=list)
    """Every promise that was broken."""

    def check(self, ended: Ended, *, codes: Collection[int], words: Collection[str], within: float) -> None:
        """Hold a command that met the fault to its promises, and keep what it said."""
        errors = [line for line in ended.err if line.strip()]
        told = [line.strip() for line in ended.out if any(word in line for word in _TELLING)]
        self.said = " / ".join((*self.said.splitlines(), *told, *errors))
        self.codes.append(ended.code)
        self.seconds = max(self.seconds, ended.seconds)
        if ended.code not in codes:
            self.wrong.append(f"exit {ended.code}, not {' or '.join(map(str, codes))}: {ended.said[-_QUOTED:]}")
        self.wrong += [f"it did not say {word!r}: {ended.said[-_QUOTED:]}" for word in words if word not in ended.said]
        if "Traceback" in ended.said:
            self.wrong.append(f"a traceback: {ended.said[-_QUOTED:]}")
        if ended.seconds > within:
            self.wrong.append(f"it took {ended.seconds:.0f} s, not at most {within:.0f} s")

    def expect(self, fact: bool, otherwise: str) -> None:  # noqa: FBT001  # a fact is a truth value
        """Hold a fact to be so."""
        if not fact:
            self.wrong.append(otherwise)


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault that the demo must survive."""

    name: str
    what: str
    how: str
    """How it is brought about."""
    inject: Callable[[Any], Outcome]
    """Brings it about on a demo that is up, a RunningDemo, or on a cluster of its own, a ScratchCluster."""
    own_cluster: bool = False
    """It is tried on a cluster of its own, which it may spoil."""


_TELLING = (
    "HOLDS",
    "FAILS",
    "INCONCLUSIVE",
    "was cut off",
    "is not back",
    "the baseline will",
    "Bookinfo is up",
    "rules  ",
)
_QUOTED = 1000
