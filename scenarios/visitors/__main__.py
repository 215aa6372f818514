"""Who sends the requests: this process, or a master's workers.

    python -m visitors                        this process
    python -m visitors master 2               two workers on this machine
    python -m visitors pod INDEX 2 MASTER     as a pod: the master, if the index is 0, or one of its two workers

One line of JSON per step says what to send; lines of JSON say what came. When the orders end, for whatever reason, so
does every process: nobody sends traffic for a run that is gone.

    {"url": "http://127.0.0.1:9080", "rate": null, "timeout": 10, "loads": [{"end_user": "", "requests": 9, "users": 2}]}
    {"enough": ""}                   begin no more requests of this end user

    {"began": 1.0}
    {"at": 1.1, "end_user": "", "number": 0, "status": 200, "ms": 8.1, "page": "<main id=…>"}
    {"at": 9.1, "end_user": "", "number": 1, "status": 0, "ms": 8000.1, "page": "", "error": "time-out", "timed_out": true}
    {"ended": 9.2, "seconds": 8.1, "logins": 0}
    {"fatal": "why the step cannot be sent"}
"""

from __future__ import annotations

import json
import logging
import os
import sys
from typing import Any, Protocol

import gevent

from .alone import Alone
from .master import Master
from .wire import Connection, Stdio, Wire
from .worker import Worker, end_with_parent

_MASTER_PORT = 5557
_ORDERS_PORT = 5558


class Desk(Protocol):
    """Where orders are taken."""

    def order(self, order: dict[str, Any]) -> None: ...

    def enough(self, end_user: str) -> None: ...


def listen(wire: Wire, desk: Desk) -> None:
    """Take orders until nobody is there who could give any."""
    for line in wire.lines():
        said = json.loads(line or b"{}")
        if "enough" in said:
            desk.enough(said["enough"])
        elif said:
            gevent.spawn(desk.order, said).link_exception(lambda _: os._exit(1))


def main() -> None:
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    wire: Wire
    match sys.argv[1:]:
        case []:
            wire = Stdio()
            listen(wire, Alone(wire))
        case ["master", workers]:
            wire = Stdio()
            desk = Master(wire, int(workers), "127.0.0.1", 0)
            desk.employ()
            listen(wire, desk)
        case ["worker", port]:
            gevent.spawn(end_with_parent)
            Worker("127.0.0.1", int(port)).work()
        case ["pod", "0", workers, _]:
            wire = Connection(_ORDERS_PORT)
            desk = Master(wire, int(workers), "*", _MASTER_PORT)
            listen(wire, desk)
            desk.dismiss()
        case ["pod", _, _, master]:
            Worker(master, _MASTER_PORT).work()
        case unknown:
            sys.exit(f"visitors: no such call: {' '.join(unknown)}")
    os._exit(0)


if __name__ == "__main__":
    main()
