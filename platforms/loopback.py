"""The loopback interface, on which everything of a demo listens, and its ports."""

from __future__ import annotations

import random
import socket
from ipaddress import ip_address

LOOPBACK = "127.0.0.1"

_ANSWER_SECONDS = 0.5
_PORTS = range(10_000, 20_000)


def address(name: str) -> str | None:
    """Return the address of this machine that a name or an address stands for; None for any other, and nobody is asked.

    `localhost`, and whatever ends with it, is this machine's by RFC 6761.
    """
    if name.lower().rpartition(".")[2] == "localhost":
        return LOOPBACK
    try:
        return name if ip_address(name).is_loopback else None
    except ValueError:
        return None


def is_answered(address: str, port: int) -> bool:
    """Tell whether somebody listens on a port of this machine."""
    try:
        with socket.create_connection((address, port), timeout=_ANSWER_SECONDS):
            return True
    except OSError:
        return False


def is_free(port: int) -> bool:
    """Tell whether a server could listen on this port now."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do: a port just left is free
        try:
            listener.bind((LOOPBACK, port))
            listener.listen()
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port that nobody listens on, for a server that is about to.

    It lies below those that the kernel gives to outgoing connections, of which a machine under load makes hundreds until
    that server listens, and below those of demos.
    """
    return next(port for port in random.sample(_PORTS, len(_PORTS)) if is_free(port))
