"""Beyond the slides: an instance of reviews hangs. Its callers keep it out after a few bad answers, and take it back when it is well."""

from scenarios.circuit_breaking.episode import COMMAND

__all__ = ["COMMAND"]
