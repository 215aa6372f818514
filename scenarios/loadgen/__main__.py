"""The command line of the load generator, which sends by itself or through workers.

    python -m loadgen                        this process
    python -m loadgen master 2               two workers on this machine
    python -m loadgen pod INDEX 2 MASTER     as a pod: the master, if the index is 0, or one of its two workers

It reads one line of JSON per step, which says what to send, and writes a line of JSON per answer. When its input ends, for
whatever reason, every process ends: no traffic outlives its run.

    {"url": "http://127.0.0.1:9080", "rate": null, "timeout": 10, "loads": [{"end_user": "", "requests": 9, "users": 2}]}
    {…, "rate": 15, "steady": true}  the loads take turns, and what a busy page has made late is not made up for
    {…, "loads": [{…, "path": "/health", "headers": {"x-canary": "1"}, "follow": false}]}
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

from .master import Master
from .standalone import StandaloneRunner
from .wire import PortWire, StdioWire, Wire
from .worker import Worker, exit_with_parent

_MASTER_PORT = 5557
_ORDERS_PORT = 5558


class CommandTarget(Protocol):
    """The part of the program that carries out commands."""

    def run_step(self, order: dict[str, Any]) -> None: ...

    def stop_user(self, end_user: str) -> None: ...


def dispatch(wire: Wire, target: CommandTarget) -> None:
    """Pass every command on to the target, until the wire ends."""
    for line in wire.lines():
        command = json.loads(line or b"{}")
        if "enough" in command:
            target.stop_user(command["enough"])
        elif command:
            gevent.spawn(target.run_step, command).link_exception(lambda _: os._exit(1))
            gevent.sleep(0)  # it begins before the next command, which may already be here and tell it to stop


def main() -> None:
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    wire: Wire
    match sys.argv[1:]:
        case []:
            wire = StdioWire()
            dispatch(wire, StandaloneRunner(wire))
        case ["master", workers]:
            wire = StdioWire()
            master = Master(wire, int(workers), "127.0.0.1", 0)
            master.start_workers()
            dispatch(wire, master)
        case ["worker", port]:
            gevent.spawn(exit_with_parent)
            Worker("127.0.0.1", int(port)).join()
        case ["pod", "0", workers, _]:
            wire = PortWire(_ORDERS_PORT)
            master = Master(wire, int(workers), "*", _MASTER_PORT)
            dispatch(wire, master)
            master.quit()
        case ["pod", _, _, host]:
            Worker(host, _MASTER_PORT).join()
        case unknown:
            sys.exit(f"loadgen: unknown arguments: {' '.join(unknown)}")
    os._exit(0)


if __name__ == "__main__":
    main()
