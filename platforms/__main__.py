"""`python -m platforms`: bring the demo up and down, look at it, and put Istio objects of your own in force."""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Sequence

from platforms.cli import (
    command_line,
    demo_commands,  # noqa: F401  # it registers its commands
    group,
    rule_commands,  # noqa: F401  # so does this one
)
from platforms.errors import DemoError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without ✓ is no reason to fail
    try:
        code = command_line.main(group.platforms, group.PROGRAM, arguments)
        if sys.stdout:
            sys.stdout.flush()  # so that what cannot be written is said here
    except BrokenPipeError:  # `… | head` has seen enough
        _write_no_more()
        return 0
    except OSError as error:
        _write_no_more()
        print(f"platforms: {_told(error)}", file=sys.stderr)
        return DemoError.exit_code
    return code


def _write_no_more() -> None:
    """Send what cannot be written nowhere, or Python would try again when it ends."""
    try:
        if sys.stdout:
            sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _told(error: OSError) -> str:
    return f"{error.filename}: {error.strerror}" if error.filename else error.strerror or str(error)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: `up` takes along what it has started
    sys.exit(main())
