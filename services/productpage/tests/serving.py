"""Productpage as it runs, under gunicorn, and a request to it."""

from __future__ import annotations

import os
import subprocess  # noqa: TID251  # the service is started here
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from socket import create_server
from threading import Thread

from stub import Backend

FOLDER = Path(__file__).resolve().parents[1]


def free_port() -> int:
    with create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


@contextmanager
def serving(backend: Backend, home: Path, port: int | None = None) -> Iterator[subprocess.Popen[str]]:
    """Productpage, up until the block ends."""
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    environment = kept | {"BIND_HOST": "127.0.0.1", "PORT": str(port or free_port()), "HOME": str(home)}
    for app in ("DETAILS", "REVIEWS", "RATINGS"):
        environment[f"{app}_HOSTNAME"] = backend.address.host
        environment[f"{app}_SERVICE_PORT"] = str(backend.address.port)
    command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py"]
    with subprocess.Popen(command, cwd=FOLDER, env=environment, stderr=subprocess.PIPE, text=True) as process:
        listening = (line for line in process.stderr if "listens at" in line)
        next(listening), next(listening)
        reader = Thread(target=lambda: [None for _ in process.stderr])  # or a full pipe would hold the service up
        reader.start()
        yield process
        process.terminate()
        reader.join()


def get(port: int, path: str) -> tuple[int, str, str]:
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("GET", path)
    response = connection.getresponse()
    answer = response.status, response.getheader("Content-Type"), response.read().decode()
    connection.close()
    return answer
