"""Beyond the slides, their first advantage: only ratings get more instances under load, and the page is quick again."""

from scenarios.scale_out.episode import COMMAND

__all__ = ["COMMAND"]
