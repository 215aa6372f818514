"""`python -m scenarios.prove`: rules of one's own, held to what is expected of them."""

from __future__ import annotations

import sys

from scenarios.prove.command import COMMAND
from scenarios.run.cli import main

if __name__ == "__main__":
    sys.exit(main(COMMAND))
