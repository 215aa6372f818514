"""`python -m platforms.local.supervisor PORT SECONDS` runs in the foreground until it is told to stop.

`platforms.local.bringup` starts it detached, gives it the runtimes, and lets it go on once it has seen its record.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import secrets
import sys
import time
from datetime import timedelta

from platforms.errors import DemoError, NotApplied
from platforms.local import ports
from platforms.local.certificates import Authority
from platforms.local.processes import Identity
from platforms.local.record import LocalDemo, deployment, local_folder, private_folder, services
from platforms.local.supervisor.supervisor import Supervisor

log = logging.getLogger("platforms.local.supervisor")


def main() -> int:
    """Run a demo with the gateway on the port given, and certificates that are good for so many seconds.

    Standard input brings the runtimes and what they are to run, as one line of JSON, and then a second line from whoever knows of the demo.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    gateway_port, told = int(sys.argv[1]), json.loads(sys.stdin.readline())
    deployments = tuple(map(deployment, told["deployments"]))
    folder = local_folder()
    identity = Identity.of(os.getpid())
    if identity is None:
        raise NotApplied("this system does not say who the supervisor is")
    demo = LocalDemo(
        supervisor=identity,
        mark=secrets.token_hex(8),
        folder=folder,
        deployments=deployments,
        topology=ports.assign(private_folder(), deployments, gateway_port),
        since=time.time(),
        services=services(told["services"]),
    )
    try:
        demo.write()
        if not sys.stdin.readline():  # `up` was killed before it could see the record: a demo that nobody knows of
            demo.forget()
            return NotApplied.exit_code
        owner = Identity(*told["owner"]) if told["owner"] else None
        authority = Authority(demo.topology, timedelta(seconds=float(sys.argv[2])))
        return asyncio.run(Supervisor(demo, told["runtimes"], authority, owner).run())
    except (DemoError, OSError) as error:
        log.error("%s", error)  # noqa: TRY400  # a sentence for a person, no traceback
        demo.forget()
        return error.exit_code if isinstance(error, DemoError) else NotApplied.exit_code


if __name__ == "__main__":
    sys.exit(main())
