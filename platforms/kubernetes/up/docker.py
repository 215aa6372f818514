"""The Docker engine: whether it answers, and whether the demo fits into it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from platforms.errors import NotApplied, NotReachable
from platforms.kubernetes.up.subprocesses import CommandFailed, ask

NEEDED_BYTES = 5 << 29
"""2.5 GiB. Measured: under a limit of 2 GiB the node plays a scenario, and holds 1.6; the rest is for the engine and a build."""

_PROBE_TIMEOUT = 2.0


@dataclass(frozen=True, slots=True)
class Engine:
    """The engine as it describes itself."""

    version: str
    system: str
    memory: int
    """In bytes, of the machine or the virtual machine that it runs on."""

    def __str__(self) -> str:
        return f"Docker engine {self.version} on {self.system}, {self.memory / (1 << 30):.1f} GiB"


def answers() -> bool:
    """Tell whether an engine answers within 2 s."""
    try:
        ask("docker", "version", "--format", "{{.Server.Version}}", seconds=_PROBE_TIMEOUT)
    except CommandFailed:
        return False
    return True


def require() -> Engine:
    """The engine; raises NotReachable when none answers, NotApplied when it has too little memory."""
    try:
        told = json.loads(ask("docker", "info", "--format", "{{json .}}"))
        engine = Engine(told["ServerVersion"], told["OperatingSystem"], int(told["MemTotal"]))
    except (CommandFailed, ValueError, KeyError) as error:
        raise NotReachable(f"no Docker engine answers: start it, or use `--platform local` ({error})") from error
    if engine.memory < NEEDED_BYTES:
        raise NotApplied(
            f"{engine} is too little: the demo needs {NEEDED_BYTES / (1 << 30):g} GiB; give the engine more, "
            "or use `--platform local`"
        )
    return engine
