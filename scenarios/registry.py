"""The scenarios, in the order in which they are shown. A new one is a module with a `COMMAND`, and a line here."""

from __future__ import annotations

from collections.abc import Mapping

from scenarios import canary, fault_ratings, user_routing
from scenarios.run.cli import Command

COMMANDS: Mapping[str, Command] = {
    module.COMMAND.name: module.COMMAND
    for module in (
        fault_ratings,
        user_routing,
        canary,
    )
}
"""By name: `python -m scenarios.NAME` runs it."""
