"""Ports that are free, and those that are not."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from platforms.loopback import address, free_port, is_answered, is_free


def test_taken() -> None:
    """A port on which somebody listens is not free."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = server.getsockname()[1]

        assert not is_free(taken)

    assert is_free(taken)


def test_taken_on_all_addresses() -> None:
    """A port that somebody has on all addresses is not free on loopback either."""
    with socket.create_server(("0.0.0.0", 0)) as server:  # noqa: S104  # that is the point
        assert not is_free(server.getsockname()[1])


def test_free_port() -> None:
    """A server can listen on a free port, which no connection of a client gets by itself before it does."""
    port = free_port()

    assert is_free(port)
    assert port < int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])


@pytest.mark.parametrize(
    ("name", "there"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.8.0.1", "127.8.0.1"),
        ("::1", "::1"),
        ("localhost", "127.0.0.1"),
        ("Own.LocalHost", "127.0.0.1"),
        ("10.0.0.1", None),
        ("0.0.0.0", None),  # noqa: S104  # nobody listens on it here
        ("own.example.com", None),
        ("", None),
    ],
)
def test_address(name: str, there: str | None) -> None:
    """This machine by an address or by a name that is nobody else's."""
    assert there == address(name)


def test_is_answered() -> None:
    """Whoever listens is called, and nobody else."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        assert is_answered("127.0.0.1", port)

    assert not is_answered("127.0.0.1", port)
