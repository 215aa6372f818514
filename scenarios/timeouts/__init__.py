"""Beyond the slides: ratings are late. A time-out lets the page say at once what it lacks, instead of waiting with them."""

from scenarios.timeouts.episode import COMMAND

__all__ = ["COMMAND"]
