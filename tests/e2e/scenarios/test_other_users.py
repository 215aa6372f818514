"""Another user of the machine can use the page, and nothing behind it."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import subprocess  # noqa: TID251  # somebody else's shell
from pathlib import Path

import pytest

from tests.e2e.demo import Demo

NOBODY = 65534


def test_the_proxies_answer_their_owner_only(demo: Demo) -> None:
    """Their admin interfaces are sockets of mode 0600 in a folder of mode 0700; no port of theirs is left."""
    sockets = [Path(proxy["admin"]) for proxy in demo.status()["proxies"].values()]

    assert 7 == len(sockets)
    assert {0o600} == {stat.S_IMODE(path.stat().st_mode) for path in sockets}
    assert 0o700 == stat.S_IMODE(demo.record().topology.folder.stat().st_mode)


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="only root can be somebody else")
def test_nobody_can_ask_or_stop_a_proxy(demo: Demo) -> None:
    """Not even where the socket is."""
    admin = demo.status()["proxies"]["ingressgateway"]["admin"]
    with socket.socket(socket.AF_UNIX) as owner:
        owner.connect(admin)

    script = f"import socket; socket.socket(socket.AF_UNIX).connect({admin!r})"
    somebody = subprocess.run(
        [
            str(shutil.which("setpriv")),
            f"--reuid={NOBODY}",
            f"--regid={NOBODY}",
            "--clear-groups",
            "/usr/bin/python3",
            "-c",
            script,
        ],
        capture_output=True,
        text=True,
        check=False,
    )

    assert "PermissionError" in somebody.stderr
