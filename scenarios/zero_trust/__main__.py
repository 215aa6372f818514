"""`python -m scenarios.zero_trust`: who may call whom, tried for all."""

from __future__ import annotations

import sys

from scenarios.zero_trust.command import main

if __name__ == "__main__":
    sys.exit(main())
