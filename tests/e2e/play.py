"""A scenario command in a process of its own, against a fake platform in that process; for tests that kill it.

    python -m tests.e2e.play canary --rate 20 --duration 30

Says on stderr, once the command is over, which revision is in force.
"""

from __future__ import annotations

import os
import sys

from scenarios.registry import COMMANDS
from scenarios.run.cli import main
from tests.fakes import FakePlatform

if __name__ == "__main__":
    with FakePlatform(lag=float(os.environ.get("FAKE_LAG", "0.005"))) as platform:
        code = main(COMMANDS[sys.argv[1]], sys.argv[2:], to=lambda _: platform)
        print("in force:", platform.in_force.resources.revision, file=sys.stderr)  # noqa: T201  # the test reads it
    sys.exit(code)
