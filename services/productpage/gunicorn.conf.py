# ruff: noqa: INP001  # a configuration file, no module
"""How gunicorn serves productpage: `gunicorn -c gunicorn.conf.py` in this folder.

Two workers for two cores. Threads wait for backends, up to 6 s when reviews hangs, so there are more of them than a core
can run; 64 per worker keep 20 such pages a second alive, and a thread that has never run costs nothing.
"""

from __future__ import annotations

import atexit
import gc
import logging
import os
import shutil
import socket
import sys
import tempfile
from pathlib import Path
from typing import Any

wsgi_app = "productpage.wsgi:app"
preload_app = True  # code and templates are read once and shared; so is a generated session secret
workers = 2
worker_class = "productpage.server.worker.Worker"
worker_connections = 4096  # slow ones wait in the main loop, where each is a few kilobytes
threads = 64
keepalive = 3660  # longer than the hour for which Envoy keeps an idle connection, so it never meets a close
graceful_timeout = 8  # the slowest page takes 6 s
control_socket_disable = True
forwarded_allow_ips = ""  # nobody may say, by a header, which path was asked for

_host = os.environ.get("BIND_HOST") or ("::" if socket.has_dualstack_ipv6() else "0.0.0.0")  # noqa: S104  # a container's
_port = os.environ.get("PORT") or "9080"
bind = f"[{_host}]:{_port}" if ":" in _host else f"{_host}:{_port}"
reuse_port = True  # each worker has a listener of its own: from a common one the quicker takes them all, and keeps them

# Where it is told to, else in memory where it can be: works with a read-only root, and no disk stands in the way of a
# heartbeat.
_shared = "/dev/shm" if os.access("/dev/shm", os.W_OK) else tempfile.gettempdir()  # noqa: S108  # below are own names
_memory = os.environ.get("TMPDIR") or _shared
worker_tmp_dir = _memory


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _folder_for_counts() -> str:
    """A new folder that goes with this process; those that killed ones left behind go now."""
    for left in Path(_memory).glob("productpage-counts-*-*"):
        if not _is_running(int(left.name.split("-")[2])):
            shutil.rmtree(left, ignore_errors=True)
    owner = os.getpid()
    folder = tempfile.mkdtemp(prefix=f"productpage-counts-{owner}-", dir=_memory)

    def remove() -> None:
        if os.getpid() == owner:  # a worker's end is not the service's
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(remove)
    return folder


os.environ["PROMETHEUS_MULTIPROC_DIR"] = _folder_for_counts()  # read when prometheus_client is imported

logging.basicConfig(format="productpage: %(message)s")


def on_starting(_server: object) -> None:
    """Refuse a port that another program has: listeners that share one would share its requests, too."""
    try:
        socket.create_server((_host, int(_port)), family=socket.AF_INET6 if ":" in _host else socket.AF_INET).close()
    except (OSError, OverflowError) as error:
        sys.exit(f"productpage: {bind}: {getattr(error, 'strerror', error)}")


def when_ready(_server: object) -> None:
    """Leave what all workers share out of their garbage collections, which would write into its pages."""
    gc.collect()
    gc.freeze()


def post_worker_init(worker: Any) -> None:
    """Say that a worker listens, in place of the arbiter, which has no listener."""
    worker.log.info("Worker %s listens at %s", worker.pid, ", ".join(map(str, worker.sockets)))
