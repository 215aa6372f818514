"""Beyond the slides: a version of reviews gets copies of what visitors ask, and no visitor sees it."""

from scenarios.mirroring.episode import COMMAND

__all__ = ["COMMAND"]
