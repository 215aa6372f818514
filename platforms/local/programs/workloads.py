"""The commands of the workloads, as the Deployments in `manifests/` say them for Kubernetes."""

from __future__ import annotations

import os
import random
from collections.abc import Mapping
from pathlib import Path

from platforms.environment import DATA
from platforms.envoy.topology import Topology
from platforms.istio.registry import Workload
from platforms.local.deployments.deployment import CONFIGURATION, Deployment
from platforms.local.processes import Launch
from platforms.local.programs import stub
from platforms.loopback import LOOPBACK

SERVICES_FOLDER = DATA / "services"

_PASSED_ON = ("PATH", "HOME", "TZ")
# The letters Kubernetes uses in pod names: no vowels, so no words.
_LETTERS = "bcdfghjklmnpqrstvwxz2456789"


def launch(
    instance: str, deployment: Deployment, topology: Topology, runtimes: Mapping[str, str], *, session_secret: str
) -> Launch:
    """The command, environment and folder of an instance of a workload that is started anew.

    The secret signs productpage's sessions: a restart of productpage must not sign everybody out.
    """
    workload = deployment.workload
    ports = topology.ports[instance]
    if deployment.is_stub:
        return _stub(instance, workload, topology, runtimes)
    environment = {
        **passed_on(),
        **configured(workload.app),
        "LANG": "C.UTF-8",
        "TMPDIR": str(topology.folder),  # what a killed workload leaves there goes with the demo
        "PORT": str(ports.app),
        "BIND_HOST": LOOPBACK,
        "HOSTNAME": f"{workload.name}-{pod_suffix()}",
        "SERVICE_VERSION": workload.version,
        **deployment.environment,
        **_own_environment(workload, ports.outbound, session_secret),
    }
    return Launch(
        command=command(workload.app, runtimes, jvm=_jvm_proxy(ports.outbound)),
        environment=environment,
        folder=SERVICES_FOLDER / workload.app,
    )


def stub_socket(instance: str, topology: Topology) -> Path:
    """The Unix socket on which a stub is told how to answer: no proxy leads there."""
    return topology.folder / f"stub-{instance}"


def _stub(instance: str, workload: Workload, topology: Topology, runtimes: Mapping[str, str]) -> Launch:
    told = (workload.app, workload.version, instance, str(topology.ports[instance].app))
    return Launch(
        command=(runtimes["python"], "-I", stub.__file__, *told, str(stub_socket(instance, topology))),
        environment=passed_on(),
        folder=topology.folder,
    )


def passed_on() -> dict[str, str]:
    """The part of the caller's environment that reaches a workload; no more, for what works here must work in a container."""
    return {name: os.environ[name] for name in _PASSED_ON if name in os.environ}


def configured(app: str) -> dict[str, str]:
    """The part of the caller's environment that configures an app."""
    return {name: os.environ[name] for name in CONFIGURATION[app] if os.environ.get(name)}


def pod_suffix() -> str:
    """Five characters such as Kubernetes ends a pod's name with."""
    return "".join(random.choices(_LETTERS, k=5))  # noqa: S311  # no secret


def command(app: str, runtimes: Mapping[str, str], *, jvm: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The command that starts an app in its folder, with or without a mesh; `jvm` are further options of Java's."""
    match app:
        case "productpage":
            return (runtimes["python"], "-m", "gunicorn", "--config", "gunicorn.conf.py")
        case "details":
            return (runtimes["ruby"], "-S", "puma", "--config", "config/puma.rb", "config.ru")
        case "ratings":
            return (runtimes["node"], "--max-semi-space-size=1", "--max-old-space-size=64", "src/main.js")
        case "reviews":
            return (
                runtimes["java"],
                "@jvm.options",
                "-XX:SharedArchiveFile=target/reviews.jsa",
                *jvm,
                "-jar",
                "target/reviews.jar",  # the archive above is good only for the path it was made with
            )
    raise ValueError(f"{app}: no such app")


def _jvm_proxy(outbound: int) -> tuple[str, ...]:
    """The way to the sidecar as the JVM is told it; it does not read http_proxy."""
    return (f"-Dhttp.proxyHost={LOOPBACK}", f"-Dhttp.proxyPort={outbound}", "-Dhttp.nonProxyHosts=")


def _own_environment(workload: Workload, outbound: int, session_secret: str) -> dict[str, str]:
    """The variables of this app alone: productpage is told how its calls reach its sidecar (the JVM takes properties instead)."""
    if workload.app != "productpage":
        return {}
    return {"http_proxy": f"http://{LOOPBACK}:{outbound}", "SESSION_SECRET": session_secret}
