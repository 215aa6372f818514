"""The demo that faults are tried on: in a kind cluster, with the commands that name it, and what its proxies say."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from platforms.bookinfo import baseline
from platforms.boundary import CONVERGENCE_SECONDS, State
from platforms.demo.journal import Journal, exclusive
from platforms.errors import DemoError
from platforms.kubernetes.platform import KubernetesPlatform
from platforms.kubernetes.status import status_document
from tests.commands import Ended, Typed, output


@dataclass(frozen=True, slots=True)
class RunningDemo:
    """A demo in a kind cluster."""

    platform: KubernetesPlatform
    options: tuple[str, ...]
    """What names it to every command."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """What the commands get besides."""

    @property
    def namespace(self) -> str:
        return self.platform.demo.namespace

    @property
    def node(self) -> str:
        """The container of the cluster's node."""
        return f"{self.platform.demo.context.removeprefix('kind-')}-control-plane"

    def scenario(self, name: str, *arguments: str, environment: Mapping[str, str] | None = None) -> Typed:
        """A scenario under way."""
        named = (*self.options, *(("--yes",) if "--context" in self.options else ()))
        return Typed(f"scenarios.{name}", *named, *arguments, environment={**self.environment, **(environment or {})})

    def platforms(self, command: str, *arguments: str) -> Ended:
        """A command of `python -m platforms`, to its end."""
        yes = "--context" in self.options and command in ("apply", "reset")
        return Typed("platforms", command, *self.options, *(("--yes",) if yes else ()), *arguments).end()

    def kubectl(self, *arguments: str, stdin: str = "") -> str:
        """Do in the cluster what somebody else does there."""
        return output("kubectl", "--context", self.platform.demo.context, *arguments, stdin=stdin)

    def on_node(self, script: str) -> str:
        """Do on the cluster's node what somebody else does there."""
        return output("docker", "exec", self.node, "bash", "-c", script)

    def left(self) -> tuple[str, list[str]]:
        """The state of the mesh, as its proxies, the journal and the lock tell it; and what of that is wrong."""
        wrong = []
        try:
            convergence = self.platform.wait_until_converged(State(baseline()), timeout=CONVERGENCE_SECONDS)
            differs = status_document(self.platform, restored=True)["differs"]
            told = f"the baseline, on {convergence.proxies} proxies"
            if any(differs.values()):
                wrong.append(f"the objects differ: {differs}")
        except DemoError as error:
            told = f"not the baseline: {error}"
            wrong.append(told)
        if Journal.of(self.platform.key).read() is not None:
            wrong.append("the journal is still open")
        try:
            with exclusive(self.platform.key, "python -m tests.chaos"):
                pass
        except DemoError as error:
            wrong.append(f"the lock is held: {error}")
        return told, wrong


@contextmanager
def applied(demo: RunningDemo, *documents: Mapping[str, object]) -> Iterator[None]:
    """Have somebody else's objects in the cluster while the block runs."""
    text = yaml.safe_dump_all(documents)
    demo.kubectl("apply", "-f", "-", stdin=text)
    try:
        yield
    finally:
        demo.kubectl("delete", "--ignore-not-found", "-f", "-", stdin=text)


@contextmanager
def rule_file(*documents: Mapping[str, object]) -> Iterator[str]:
    """A file with Istio objects of one's own, for `apply -f`."""
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        path = Path(folder) / "own.yaml"
        path.write_text(yaml.safe_dump_all(documents), encoding="utf-8")
        yield str(path)
