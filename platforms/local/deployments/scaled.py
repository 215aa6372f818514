"""The instances of a demo while some of its workloads are scaled."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from platforms.boundary import Replicas
from platforms.errors import UsageError
from platforms.local.deployments.deployment import Deployment
from platforms.local.deployments.wanted import MOST_INSTANCES


def scaled(deployments: Collection[Deployment], scales: Collection[Replicas]) -> tuple[Deployment, ...]:
    """The deployments with as many instances as is asked for; raises UsageError for what no local demo can have."""
    asked = {one.workload: one.instances for one in scales}
    if any(one.under_load for one in scales):
        raise UsageError("platform local has no autoscaler: a workload has the number of instances that is asked for")
    names = [one.workload.name for one in deployments]
    if unknown := asked.keys() - set(names):
        raise UsageError(f"{', '.join(sorted(unknown))}: no such workload; there are {', '.join(names)}")
    found = tuple(replace(one, replicas=asked.get(one.workload.name, one.replicas)) for one in deployments)
    if any(one.replicas < 1 for one in found) or sum(one.replicas for one in found) > MOST_INSTANCES:
        told = ", ".join(f"{name}={instances}" for name, instances in asked.items())
        raise UsageError(f"{told}: a workload has one instance or more, and all together at most {MOST_INSTANCES}")
    return found
