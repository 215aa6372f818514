"""The notes on programs of one's own: one that is not there yet is named."""

from __future__ import annotations

import socket

from platforms.bookinfo import BOOKINFO
from platforms.cli import entry_notes
from platforms.istio.resources import ResourceSet
from platforms.loopback import free_port
from tests.unit.platforms.istio.service_entries.entries import HOST, static


def test_a_program_that_is_not_there_yet() -> None:
    """On this machine it can be told; in a cluster nobody is asked."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        there, missing = server.getsockname()[1], free_port()
        given = static(
            f"[{{address: 127.0.0.1, ports: {{http: {there}}}}}, {{address: 127.0.0.1, ports: {{http: {missing}}}}}]"
        )
        told = [[*entry_notes.notes(ResourceSet((given,)), BOOKINFO, platform)] for platform in ("local", "kubernetes")]

    line = f"host {HOST}: nobody listens on 127.0.0.1:{missing} yet; what is led there is answered with 503"
    assert [[line], []] == told
