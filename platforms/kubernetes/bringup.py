"""Bringing the demo up on a kind cluster of its own, step by step, and taking it down.

Every step asks what is there and does the rest, so an `up` that was cut off anywhere is finished by the next one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from platforms.bookinfo import NAMESPACE, baseline
from platforms.boundary import CONVERGENCE_SECONDS, State
from platforms.errors import UsageError
from platforms.kubernetes import record
from platforms.kubernetes.client.cluster import Cluster
from platforms.kubernetes.platform import KubernetesPlatform
from platforms.kubernetes.record import KubernetesDemo
from platforms.kubernetes.up import bundle, docker, images, istio, kind, manifests, settings, tools
from platforms.kubernetes.up.images import Bookinfo, Image
from platforms.kubernetes.up.subprocesses import Commands, Say
from platforms.loopback import LOOPBACK
from platforms.provider import UpOptions


@dataclass(frozen=True, slots=True)
class Sources:
    """The images of one bring-up."""

    node: str
    istio: tuple[str, ...]
    bookinfo: Bookinfo


def up(options: UpOptions, say: Say) -> KubernetesDemo:
    """Bring the demo up: what is there already stays, what is missing is created."""
    programs = tools.require()
    say(f"{docker.require()}; kind, kubectl and istioctl are there")
    folder = record.folder()
    with Commands(folder, programs, say) as commands:
        created = _asked_for(options, folder, say)
        kind.check(folder, created)
        url, https = (
            f"http://{LOOPBACK}:{created.port}",
            f"{LOOPBACK}:{created.https_port}" if created.https_port else "",
        )
        demo = KubernetesDemo(kind.context(created.cluster), NAMESPACE, url, created.cluster, https)
        sources = _sources(commands, options.bundle)
        demo.write(folder)  # before there is anything, so that `down` finds it whatever happens
        cluster = _cluster(commands, created, sources)
        _mesh(commands, cluster, created, sources)
        _bookinfo(commands, cluster, demo, sources)
    return demo


def down(say: Say) -> str | None:
    """Delete the cluster that `up` made; its name, or nothing if there was none."""
    folder = record.folder()
    ours = kind.recorded(folder)
    deleted = False
    if ours:
        with Commands(folder, tools.require(), say) as commands:
            say(f"deleting cluster {ours.cluster}")
            deleted = kind.delete(commands)
            images.forget(commands)
    record.remove(folder)
    return ours.cluster if ours and deleted else None


def save(path: Path, say: Say) -> bundle.Contents:
    """Write every image into one archive, building and pulling what is missing."""
    with Commands(record.folder(), tools.require(), say) as commands:
        say(str(docker.require()))
        ours = {**images.bookinfo().names, **images.load_generator().names}
        sources = Sources(_plain(_node_image()), istio.images(commands), replace(images.bookinfo(), names=ours))
        say("building the images")
        images.gather(commands, sources.bookinfo, (sources.node, *sources.istio))
        contents = bundle.describe(sources.node, sources.istio, sources.bookinfo.names)
        say(f"saving {len(contents.images)} images")
        bundle.write(commands, path, contents)
        say("reading it again")
        bundle.verify(path)
    return contents


def _asked_for(options: UpOptions, folder: Path, say: Say) -> kind.KindCluster:
    """The cluster with the ports on which the gateway is to listen; one that is there keeps its own."""
    ours, name = kind.recorded(folder), options.cluster or kind.CLUSTER
    if ours and ours.cluster == name and kind.nodes(name):
        if options.port not in (None, ours.port):
            say(f"cluster {name} is there on port {ours.port}; `down` first to move it")
        return kind.KindCluster(name, ours.port, https_port=ours.https_port)
    port = options.port or kind.GATEWAY_PORT
    return kind.KindCluster(name, port, https_port=kind.https_port(port))


def _sources(commands: Commands, archive: Path | None) -> Sources:
    """The images to use; those of a bundle are in the engine afterwards."""
    named = istio.images(commands)
    if archive is None:
        return Sources(_node_image(), named, images.bookinfo())
    commands.say(f"verifying {archive}")
    contents = bundle.verify(archive)
    commands.say(f"SHA-256 {bundle.checksum(archive)}: as who made {archive} says?")
    if missing := sorted({*named} - {*contents.istio}):
        raise UsageError(f"{archive}: istioctl asks for {', '.join(missing)}, but it holds {', '.join(contents.istio)}")
    commands.say(f"loading {len(contents.images)} images into the engine")
    bundle.load(commands, archive, contents)
    return Sources(contents.node, named, Bookinfo(contents.bookinfo, built=False))


def _cluster(commands: Commands, created: kind.KindCluster, sources: Sources) -> Cluster:
    """Have the cluster answer, and every image in the engine."""
    commands.say("building the images, and making sure of the cluster")
    commands.together(
        partial(kind.ensure, commands, created, sources.node),
        partial(images.gather, commands, sources.bookinfo, sources.istio),
    )
    cluster = Cluster(kind.context(created.cluster), commands.folder)
    manifests.wait_for_api(cluster, commands.say)
    commands.say(f"cluster {created.cluster} answers; the kubeconfig has it as context {cluster.context}")
    return cluster


def _mesh(commands: Commands, cluster: Cluster, created: kind.KindCluster, sources: Sources) -> None:
    """Have Istio ready, and every image in the cluster."""
    nodes = [node.name for node in kind.nodes(created.cluster)]
    images.load(commands, created.cluster, nodes, sources.istio)
    commands.say("installing Istio, and loading the images")
    commands.together(
        partial(istio.install, commands, cluster.context),
        partial(images.load, commands, created.cluster, nodes, sources.bookinfo.names.values()),
    )


def _bookinfo(commands: Commands, cluster: Cluster, demo: KubernetesDemo, sources: Sources) -> None:
    """Have the manifests and the baseline in force, and the page whole."""
    commands.say("Istio is ready; applying the manifests and the baseline")
    named = {service: Image(name, images.identity(name) or "") for service, name in sources.bookinfo.names.items()}
    mesh, ours = istio.identity(cluster), kind.recorded(commands.folder)
    manifests.deploy(commands, cluster, demo, named, mesh)
    if ours and ours.mesh == mesh:  # it was whole before: the rules in force may be somebody's, and stay
        manifests.wait_until_ready(cluster, demo.namespace, commands.say)
    else:
        platform, state = KubernetesPlatform(demo), State(baseline())
        platform.apply(state)
        manifests.wait_until_ready(cluster, demo.namespace, commands.say)
        platform.wait_until_converged(state, timeout=CONVERGENCE_SECONDS)
        platform.close()
        commands.say("every proxy serves the baseline")
    manifests.wait_until_whole(demo.gateway_url, commands.say)
    kind.complete(commands.folder, mesh)


def _node_image() -> str:
    return settings.get("BOOKINFO_NODE_IMAGE") or tools.node_image()


def _plain(image: str) -> str:
    """The image without its digest, which an archive does not keep."""
    return image.partition("@")[0]
