"""A scenario command against a fake platform, as somebody would type it."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any

from scenarios.run.cli import Command, main
from scenarios.run.run import ONE_PROCESS
from tests.fakes import FakePlatform

source = ONE_PROCESS
"""Of the session, as soon as it has one."""


@dataclass(frozen=True)
class CommandResult:
    """The result of a command."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        assert self.out, f"exit code {self.code}, no document: {self.err}"
        found: dict[str, Any] = json.loads(self.out)
        return found

    @property
    def verdict(self) -> str:
        verdict: str = self.document["verdict"]
        return verdict


def drive(command: Command, argv: Sequence[str], platform: FakePlatform) -> CommandResult:
    """Run the command in this process, its Locust in a real child process: the session's."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(command, argv, to=lambda _: platform, source=source)
    return CommandResult(code, out.getvalue(), err.getvalue())
