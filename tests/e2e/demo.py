"""A demo of a test's own: its run folder, its port, and the commands as typed."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess  # noqa: TID251  # for the type of a command
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
import urllib3

from platforms.errors import NotApplied
from platforms.local import file_watches, record
from platforms.local.deployments.wanted import deployments
from platforms.local.platform import LocalPlatform
from platforms.loopback import free_port
from platforms.wait import wait_until
from tests import commands
from tests.ask import ask

WORKLOADS = ("details-v1", "productpage-v1", "ratings-v1", "reviews-v1", "reviews-v2", "reviews-v3")
"""Every workload of Bookinfo."""
MAIN = re.compile(r'<main id="bookinfo"[^>]*>')


class Demo:
    """What a presenter has: a folder, a port, a shell."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "BOOKINFO_RUN": str(self.folder)}

    def run(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """A command of `python -m platforms`, to its end."""
        return self.typed("platforms", *arguments, stdin=stdin)

    def typed(self, *words: str, stdin: str = "", seconds: float = 240) -> subprocess.CompletedProcess[str]:
        """What follows `python -m`, to its end."""
        return commands.run(*words, stdin=stdin, seconds=seconds, environment=self.environment)

    def start(self, *words: str) -> subprocess.Popen[str]:
        """The same while the test does something else."""
        return commands.start(*words, environment=self.environment)

    def up(self, *options: str) -> subprocess.CompletedProcess[str]:
        done = self.run("up", "--platform", "local", "--port", str(self.port), *options)

        assert 0 == done.returncode, done.stderr

        return done

    def status(self) -> dict[str, Any]:
        done = self.run("status", "--json")

        assert 0 == done.returncode, done.stderr

        document: dict[str, Any] = json.loads(done.stdout)
        return document

    def record(self) -> record.LocalDemo:
        found = record.read(self.folder / "local")

        assert found is not None

        return found

    @contextmanager
    def platform(self) -> Iterator[LocalPlatform]:
        """The demo as a platform of this process."""
        with closing(LocalPlatform(self.record())) as platform:
            yield platform

    def page(self, *, cookie: str = "") -> str:
        """The page's marks, or how it failed."""
        url = f"http://127.0.0.1:{self.port}/productpage"
        headers = {"Cookie": cookie, "Connection": "close"}  # a test counts the gateway's connections
        try:
            answer = ask("GET", url, headers=headers, retries=False)
        except urllib3.exceptions.HTTPError as error:
            return f"no answer: {error}"
        marks = MAIN.search(answer.data.decode())
        return marks.group() if marks else f"status {answer.status}"


@contextmanager
def demo_up(folder: Path, *options: str) -> Iterator[Demo]:
    """A demo that is up, and certainly down afterwards."""
    demo = Demo(folder)
    try:
        demo.up(*options)
        yield demo
    finally:
        demo.run("down")


@contextmanager
def demo_of(folder: Path, *, replicas: Sequence[str] = (), workloads: Sequence[str] = ()) -> Iterator[Demo]:
    """A demo with more than the ordinary workloads; skips where Linux does not let its proxies watch their files."""
    try:
        file_watches.check(deployments(replicas, workloads))
    except NotApplied as error:
        pytest.skip(str(error))
    options = [
        *(word for one in replicas for word in ("--replicas", one)),
        *(word for one in workloads for word in ("--workload", one)),
    ]
    with demo_up(folder, *options) as demo:
        yield demo


def until(fact: Callable[[], bool], *, what: str, seconds: float = 90.0) -> None:
    """Wait for a fact; one that does not come is a failure that says which."""
    assert wait_until(fact, seconds, every=0.02), f"not after {seconds:g} s: {what}"


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not asked for its end yet does not."""
    try:
        return psutil.Process(pid).status() not in {psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD}
    except psutil.NoSuchProcess:
        return False


def group(pid: int) -> set[int]:
    """The living processes of a group."""
    members = set()
    for one in filter(alive, psutil.pids()):
        with suppress(ProcessLookupError):
            if os.getpgid(one) == pid:
                members.add(one)
    return members


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
