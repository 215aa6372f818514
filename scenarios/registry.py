"""The scenarios, in the order in which they are shown. A new one is a module with a `COMMAND`, and a line here."""

from __future__ import annotations

from collections.abc import Mapping

from scenarios import (
    canary,
    circuit_breaking,
    fault_ratings,
    mirroring,
    retries,
    rollout,
    scale_out,
    timeouts,
    user_routing,
    zero_trust,
)
from scenarios.run.cli import Command

EPISODES: tuple[Command, ...] = (
    fault_ratings.COMMAND,
    user_routing.COMMAND,
    canary.COMMAND,
)
"""Those of the slides, which `make demo` plays."""
COMMANDS: Mapping[str, Command] = {
    command.name: command
    for command in (
        *EPISODES,
        rollout.COMMAND,
        timeouts.COMMAND,
        retries.COMMAND,
        mirroring.COMMAND,
        circuit_breaking.COMMAND,
        scale_out.COMMAND,
    )
}
"""By name: `python -m scenarios.NAME` runs it."""
SHOWN: Mapping[str, Command] = {**COMMANDS, zero_trust.COMMAND.name: zero_trust.COMMAND}
"""Those that a talk can have as an episode: also the one that is none of the runner's."""
