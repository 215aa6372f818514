"""What a command does first: undo what a killed run left, and tell whoever typed it."""

from __future__ import annotations

import sys

from platforms.demo.journal import DemoPlatform, heal
from platforms.errors import PlatformError


def tell_healed(platform: DemoPlatform) -> None:
    """Restore the baseline if a killed run left something else in force, and say so; raises as `heal` does."""
    if told := heal(platform):
        print(told, file=sys.stderr)


def healed(platform: DemoPlatform) -> bool:
    """Whether nothing is left to be undone; why something is, is printed."""
    try:
        tell_healed(platform)
    except PlatformError as error:
        print(f"platforms: {error}", file=sys.stderr)
        return False
    return True
