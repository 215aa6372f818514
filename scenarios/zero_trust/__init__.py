"""Zero trust, proven: the arrows of the picture are answered, and nobody else is."""

from scenarios.zero_trust.command import COMMAND

__all__ = ["COMMAND"]
