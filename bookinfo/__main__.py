"""`python -m bookinfo`: what pip installs as `bookinfo`."""

from __future__ import annotations

import sys

from bookinfo.command import main

if __name__ == "__main__":
    sys.exit(main())
