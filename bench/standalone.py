"""The services without a mesh: ordinary processes on free loopback ports, started from `services/`."""

from __future__ import annotations

import os
import secrets
import shlex
import signal
import subprocess  # noqa: TID251  # the services alone belong to no platform, so no platform starts them
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import urllib3

from platforms.local import processes
from platforms.local.processes import Launch
from platforms.local.programs.workloads import command
from platforms.loopback import LOOPBACK, free_port

SERVICES = Path(__file__).resolve().parent.parent / "services"
RUNTIMES = {"python": sys.executable, "ruby": "ruby", "java": "java", "node": "node"}
OURS = {app: command(app, RUNTIMES) for app in ("productpage", "details", "reviews", "ratings")}
"""The command of each service, started in its folder; all of them read PORT and BIND_HOST."""
STAR_COLOURS = {"v2": "black", "v3": "red"}
UP_WITHIN = 60.0
"""Seconds; generous, for a machine that is busy."""
DOWN_WITHIN = 10.0


class ServiceNotReady(Exception):
    """A service did not answer in time; the message names it and quotes the end of its log."""


@dataclass(frozen=True, slots=True)
class Service:
    """One running service."""

    name: str
    url: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def healthy(self) -> bool:
        """Ask for the health check: true if it answers 200."""
        try:
            return urllib3.request("GET", f"{self.url}/health", timeout=1, retries=False).status == HTTPStatus.OK  # noqa: TID251  # once: it is asked again
        except urllib3.exceptions.HTTPError:
            return False

    def log_tail(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-2000:].strip()


class StandaloneServices:
    """Processes of the services; all of them end with the block, and with this process however it ends."""

    def __init__(self, commands: Mapping[str, str] | None = None) -> None:
        """`commands` replaces the commands of some services; `{port}` in it stands for the port."""
        self._commands = commands or {}
        self._secret = secrets.token_urlsafe()
        self._services: list[Service] = []
        self._folder = tempfile.TemporaryDirectory(prefix="bookinfo-alone-")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop(*self._services)
        self._folder.cleanup()

    def details(self) -> Service:
        return self._start("details", "details-v1", {"SERVICE_VERSION": "v1"})

    def ratings(self) -> Service:
        return self._start("ratings", "ratings-v1", {"SERVICE_VERSION": "v1"})

    def reviews(self, version: str, *, ratings: str) -> Service:
        """Start reviews of this version, with the ratings at this URL."""
        colour = STAR_COLOURS.get(version)
        stars = {"ENABLE_RATINGS": "true", "STAR_COLOR": colour} if colour else {"ENABLE_RATINGS": "false"}
        return self._start(
            "reviews",
            f"reviews-{version}",
            {"SERVICE_VERSION": version, **stars, **_backend("RATINGS", ratings)},
        )

    def productpage(self, *, details: str, reviews: str, ratings: str) -> Service:
        """Start a productpage before these backends; all productpages share one session key."""
        backends = {
            **_backend("DETAILS", details),
            **_backend("REVIEWS", reviews),
            **_backend("RATINGS", ratings),
        }
        return self._start("productpage", "productpage-v1", {"SESSION_SECRET": self._secret, **backends})

    def wait_until_up(self, *services: Service) -> None:
        """Return when all of these are healthy.

        Raises NotUp, naming the laggards, after UP_WITHIN seconds or when one of them has died.
        """
        waiting, deadline = list(services), time.monotonic() + UP_WITHIN
        while waiting := [service for service in waiting if not service.healthy]:
            dead = [service for service in waiting if service.process.poll() is not None]
            if dead or time.monotonic() > deadline:
                raise ServiceNotReady(
                    "\n".join(f"{service.name} is not up: {service.log_tail()}" for service in dead or waiting)
                )
            time.sleep(0.01)

    def stop(self, *services: Service) -> None:
        """Stop these services: by SIGTERM, and after a while by SIGKILL."""
        for service in services:
            _signal(service, signal.SIGTERM)
        deadline = time.monotonic() + DOWN_WITHIN
        for service in services:
            try:
                service.process.wait(timeout=max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal(service, signal.SIGKILL)
                service.process.wait()

    def _start(self, kind: str, name: str, environment: Mapping[str, str]) -> Service:
        port = free_port()
        log = Path(self._folder.name) / f"{name}-{port}.log"
        launch = Launch(
            self._command(kind, port),
            {
                **{name: os.environ[name] for name in ("PATH", "HOME", "LANG", "JAVA_HOME") if name in os.environ},
                "PORT": str(port),
                "BIND_HOST": LOOPBACK,
                "HOSTNAME": f"{name}-{port}-alone",  # as a pod's: the workload's name, then what makes it unique
                **environment,
            },
            Path.cwd() if kind in self._commands else SERVICES / kind,
        )
        try:
            process = processes.start(launch, log=log, mark=self._folder.name)
        except OSError as error:
            raise ServiceNotReady(f"{name}: {launch.command[0]}: {error.strerror}") from error
        service = Service(name, f"http://{LOOPBACK}:{port}", process, log)
        self._services.append(service)
        return service

    def _command(self, kind: str, port: int) -> tuple[str, ...]:
        if kind not in self._commands:
            return OURS[kind]
        try:
            parts = shlex.split(self._commands[kind])
        except ValueError as error:  # such as a quote that nothing closes
            raise ServiceNotReady(f"{kind}: {self._commands[kind]}: {error}") from error
        if not parts:
            raise ServiceNotReady(f"{kind}: no command is given")
        return tuple(part.replace("{port}", str(port)) for part in parts)


def _backend(name: str, url: str) -> dict[str, str]:
    parts = urlsplit(url)
    return {f"{name}_HOSTNAME": str(parts.hostname), f"{name}_SERVICE_PORT": str(parts.port)}


def _signal(service: Service, number: signal.Signals) -> None:
    """Signal the service's whole group, unless it is gone."""
    if service.process.poll() is None:
        os.killpg(service.process.pid, number)
