"""`python -m scenarios.scale_out`: only ratings get more instances, and the page is quick again."""

from __future__ import annotations

import sys

from scenarios.run.cli import main
from scenarios.scale_out.episode import COMMAND

if __name__ == "__main__":
    sys.exit(main(COMMAND))
