"""The load generator in the cluster: its image and its namespace are made when it is first needed."""

from __future__ import annotations

from platforms.environment import DATA
from platforms.kubernetes.client.cluster import Cluster
from platforms.kubernetes.record import KubernetesDemo, folder
from platforms.kubernetes.traffic_job import TrafficJob
from platforms.kubernetes.up import images, kind, tools
from platforms.kubernetes.up.subprocesses import CommandFailed, Commands

_PLACE = DATA / "manifests" / "traffic"
_APPLY_SECONDS = 60.0


def traffic_job(demo: KubernetesDemo, cluster: Cluster, workers: int) -> TrafficJob:
    """Prepare the cluster and return the Job; in a cluster that is not ours, the image has to be in a registry."""
    wanted = images.load_generator()
    (image,) = wanted.names.values()
    with Commands(folder(), tools.require(), _silent) as commands:
        if demo.cluster:
            try:
                images.gather(commands, wanted, ())
            except CommandFailed:
                if images.identity(image) is None:  # from a bundle, it is there although it cannot be built
                    raise
            images.load(commands, demo.cluster, [node.name for node in kind.nodes(demo.cluster)], [image])
        commands.run(
            *("kubectl", "--context", cluster.context, "apply", "--server-side", "-k", str(_PLACE)),
            seconds=_APPLY_SECONDS,
            log="kubectl-apply-traffic",
        )
    return TrafficJob(cluster, workers=workers, image=image, loaded=bool(demo.cluster))


def _silent(_: str) -> None:
    """A scenario has a screen of its own."""
