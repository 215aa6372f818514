"""System packages, by apt where that is allowed; otherwise the one command to type is said."""

from __future__ import annotations

import os
import shutil
import subprocess  # noqa: TID251  # apt is a program
from collections.abc import Sequence

from tools.setup.steps import SetupFailed, step


def install(packages: Sequence[str]) -> None:
    """Install them, by Debian's names; raises SetupFailed with what to do by hand."""
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    by_hand = f"sudo {' '.join(command)}"
    if shutil.which("apt-get") is None:
        raise SetupFailed(
            f"missing on this system: {', '.join(packages)} (Debian's names); install them and run this again"
        )
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if prefix and subprocess.run([*prefix, "true"], check=False, capture_output=True).returncode:
        raise SetupFailed(f"system packages are missing; run this once, then the same command again:\n  {by_hand}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with step(f"installing {', '.join(packages)}"):
        for one in (["apt-get", "update"], command):
            done = subprocess.run([*prefix, *one], check=False, capture_output=True, text=True, env=environment)
    if done.returncode:
        raise SetupFailed(f"{by_hand}\n{done.stderr.strip()}")
