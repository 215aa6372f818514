"""Beyond the slides: ratings are flaky, and retries hide it from visitors. The proxies tell how often."""

from scenarios.retries.episode import COMMAND

__all__ = ["COMMAND"]
