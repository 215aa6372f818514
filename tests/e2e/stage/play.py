"""A stage of which only the director is there, for tests that kill it.

    python -m tests.e2e.stage.play [MODULE ARGUMENT…]

Puts 90,10,0 in force on the demo that is up, or runs a proof there, and stays until it is ended.
"""

from __future__ import annotations

import sys
import threading

from platforms.selection import connect
from stage import rules
from stage.changes.director import Director
from stage.parts import RuleStatus


def _say(status: RuleStatus) -> None:
    print(status.status, status.title, flush=True)  # noqa: T201  # the test reads it


if __name__ == "__main__":
    director = Director(connect, _say)
    if sys.argv[1:]:
        director.prove(sys.argv[1:])
    else:
        director.apply(rules.preset(2), "90,10,0")
    threading.Event().wait()
